import { momentText } from "../ages";
import type { Bus } from "../api";
import { zone } from "../live/state";
import { busName } from "../naming";
import { duration, integer, percent } from "../numbers";
import { BUS_LOOKS } from "../states";
import { language, t } from "../words";
import { Share } from "./Share";
import { State } from "./State";

/** One field bus: whether it carries requests, how full it is, and how quickly all is read. */
export function BusCard({ bus }: { bus: Bus }) {
  const wired = bus.state !== "unwired";
  return (
    <article class={`card bus ${BUS_LOOKS[bus.state].tone}`}>
      <header class="card-head">
        <h3>{busName(bus.name)}</h3>
        <State kind="bus" state={bus.state} look={BUS_LOOKS[bus.state]} />
      </header>
      <p class="card-sub">{wired ? <Plug bus={bus} /> : t("ui.bus.unwired.help", { name: bus.name })}</p>
      {bus.reason && <p class="reason">{bus.reason}</p>}
      {wired && <Use bus={bus} />}
      {bus.state === "down" && bus.since && (
        <p class="card-sub">
          {t("ui.since", { moment: momentText(bus.since, language.value, zone.value) })}
        </p>
      )}
    </article>
  );
}

function Plug({ bus }: { bus: Bus }) {
  return (
    <>
      <code title={bus.port}>{bus.port}</code> · {integer(bus.baudrate, language.value)}
      {"\u202f"}Bd
    </>
  );
}

function Use({ bus }: { bus: Bus }) {
  const faults = bus.counters.timeouts + bus.counters.crc_errors;
  return (
    <>
      <div class="use">
        <span>{t("ui.bus.utilisation")}</span>
        <Share value={bus.utilisation} />
        <span class="number">{percent(bus.utilisation, language.value)}</span>
      </div>
      <dl class="figures">
        <div>
          <dt>{t("ui.bus.online")}</dt>
          <dd>
            {bus.online}
            <span class="of">/{bus.devices}</span>
          </dd>
        </div>
        <div>
          <dt>{t("ui.bus.cycle")}</dt>
          <dd title={t("ui.bus.cycle.help")}>
            {time(bus.cycle_p50)}
            <span class="of">/{time(bus.cycle_planned)}</span>
          </dd>
        </div>
        <div>
          <dt>{t("ui.counter.answered")}</dt>
          <dd>{integer(bus.counters.answered, language.value)}</dd>
        </div>
        <div>
          <dt>{t("ui.bus.faults")}</dt>
          <dd title={t("ui.bus.faults.help")}>{integer(faults, language.value)}</dd>
        </div>
      </dl>
    </>
  );
}

const time = (seconds: number | null) =>
  seconds === null ? "–" : duration(seconds, language.value);
