import { useSignal } from "@preact/signals";

import { momentText } from "../ages";
import type { Condition } from "../api";
import { board, devices, zone } from "../live/state";
import { conditionName, deviceName, devicePath, serviceName } from "../naming";
import { Anchor } from "../parts/Anchor";
import { Icon } from "../parts/Icon";
import { language, t, tn, tOr } from "../words";

const SHOWN = 4;

/** What is wrong now, newest first; told to screen readers when it changes. */
export function Conditions() {
  const all = useSignal(false);
  const active = board.conditions.value?.data.conditions ?? [];
  const newest = [...active].reverse();
  const shown = all.value ? newest : newest.slice(0, SHOWN);
  return (
    <section aria-live="polite" aria-label={t("ui.conditions")} class="conditions">
      {active.length > 0 && (
        <div class="banner">
          <h2 class="banner-title">
            <Icon name="warn" />
            {tn("ui.conditions.count", active.length)}
          </h2>
          <ul>
            {shown.map((condition) => (
              <Item key={`${condition.name}@${condition.subject}`} condition={condition} />
            ))}
          </ul>
          {active.length > SHOWN && (
            <button type="button" class="quiet" onClick={() => (all.value = !all.value)}>
              {all.value ? t("ui.less") : t("ui.more", { n: active.length - SHOWN })}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function Item({ condition }: { condition: Condition }) {
  const { name, reason, since } = condition;
  const help = tOr(`condition.${name}.help`, "");
  return (
    <li>
      <span class="banner-what">
        {conditionName(name)}
        <Subject condition={condition} />
      </span>
      <span class="banner-why" lang={help ? undefined : "en"}>
        {help || reason}
      </span>
      <time class="banner-since" dateTime={since}>
        {t("ui.since", { moment: momentText(since, language.value, zone.value) })}
      </time>
    </li>
  );
}

const ITSELF = "loop"; // the gateway as a whole

/** Slaves are called by address, everything else by its name. */
function Subject({ condition: { name, subject } }: { condition: Condition }) {
  if (subject === ITSELF) return null;
  if (!name.startsWith("slave.")) return <strong> · {serviceName(subject)}</strong>;
  const device = devices.value?.find(({ address }) => String(address) === subject);
  if (!device) return <strong> · @{subject}</strong>;
  return (
    <>
      {" · "}
      <Anchor href={devicePath(device.address)}>
        {deviceName(device)} @{subject}
      </Anchor>
    </>
  );
}
