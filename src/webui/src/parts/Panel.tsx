import { useState } from "preact/hooks";

import type { Lamp, Panel as Shown } from "../api";
import { order, type Outcome } from "../ordering";
import { administers } from "../session";
import { t } from "../words";
import { Refused } from "./Refused";

const LAMPS = ["on", "alarm", "com", "bluetooth"] as const;
const PORTS = ["rs485", "nc", "eth", "digiware", "supply"] as const;

/** The front of the box (§6.3): its lamps as they are now, and what is printed beside them. */
export function Panel({ panel, product }: { panel: Shown; product: string }) {
  return (
    <article class="card front">
      <header class="card-head">
        <h2>{t("ui.panel")}</h2>
        <span class="card-sub">{product}</span>
      </header>
      <div class="plate">
        <ul class="lamps">
          {LAMPS.map((name) => {
            const lamp = panel.lamps[name];
            return lamp && <Light key={name} name={name} lamp={lamp} />;
          })}
        </ul>
        <ul class="ports">
          {PORTS.map((port) => (
            <li key={port}>
              <span class="print">{t(`panel.${port}`)}</span>
            </li>
          ))}
          <li>
            <span class="print">ADDR</span>
            <span class="button" aria-hidden="true" />
          </li>
        </ul>
      </div>
      {administers.value ? <Orders /> : <Words />}
    </article>
  );
}

/** Hold ADDR, or let the box blink so that whoever stands before a row of them finds it. */
function Orders() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const ask = async (name: string, given: Record<string, unknown>) => setOutcome(await order(name, given));
  return (
    <div class="orders">
      <button type="button" class="order" onClick={() => void ask("button.addr", { seconds: 3 })}>
        {t("ui.panel.hold")}
      </button>
      <button type="button" class="order" onClick={() => void ask("identify", {})}>
        {t("ui.panel.blink")}
      </button>
      <Refused outcome={outcome} />
    </div>
  );
}

function Words() {
  return (
    <p class="card-sub">
      {t("ui.panel.addr")} <code>digigate button addr --hold 3</code>
    </p>
  );
}

function Light({ name, lamp }: { name: string; lamp: Lamp }) {
  const { light, period, phase } = lamp;
  const style =
    light === "blinking"
      ? { animationDuration: `${period}s`, animationDelay: `${-phase}s` }
      : undefined;
  return (
    <li>
      <span class={`lamp ${name} ${light}`} style={style} aria-hidden="true" />
      <span class="print">{t(`panel.${name}`)}</span>
      <span class="lamp-word">{t(`state.lamp.${light}`)}</span>
    </li>
  );
}
