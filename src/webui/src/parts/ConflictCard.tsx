import type { Conflict, Detection } from "../api";
import { busName } from "../naming";
import { t, tn } from "../words";
import { Icon } from "./Icon";

interface Props {
  conflict: Conflict;
  resolve: Detection["resolve"];
}

/** Slaves that cannot keep their address, and what to do about it. */
export function ConflictCard({ conflict, resolve }: Props) {
  const { bus, address, trouble, slaves } = conflict;
  return (
    <article class="card conflict">
      <header class="card-head">
        <h3>
          <Icon name="warn" /> {t("ui.conflict.at", { address, bus: busName(bus) })}
        </h3>
        <span class="card-sub">{t(`conflict.${trouble}`)}</span>
      </header>
      {slaves.length > 0 ? (
        <ul class="slaves">
          {slaves.map(({ name, serial, net_id }) => (
            <li key={`${serial}/${net_id}`}>
              <strong>{name}</strong>
              <span class="sub">{serial}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p>{t("ui.conflict.unknown")}</p>
      )}
      <Remedy conflict={conflict} resolve={resolve} />
    </article>
  );
}

function Remedy({ conflict: { bus, address, trouble, slaves, pressable }, resolve }: Props) {
  if (pressable) {
    if (resolve === "automatic") return <p>{t("ui.conflict.automatic")}</p>;
    return <p>{tn("ui.conflict.press", slaves.length)}</p>;
  }
  return (
    <p>
      {t(trouble === "shared" ? "ui.conflict.one.by.one" : "ui.conflict.assign")}{" "}
      <code>
        digigate detect assign {bus} {address} …
      </code>
    </p>
  );
}
