import { momentText } from "../ages";
import type { Bus } from "../api";
import { zone } from "../live/state";
import { busName } from "../naming";
import { duration, integer, percent } from "../numbers";
import { BUS_LOOKS } from "../states";
import { language, t } from "../words";
import { Share } from "./Share";
import { State } from "./State";

const SHOWN = ["answered", "exceptions", "timeouts", "crc_errors"] as const;

/** One field bus: whether it carries requests, how full it is, and how quickly all is read. */
export function BusCard({ bus }: { bus: Bus }) {
  const wired = bus.state !== "unwired";
  return (
    <article class={`card bus ${BUS_LOOKS[bus.state].tone}`}>
      <header class="card-head">
        <h2>{busName(bus.name)}</h2>
        <State kind="bus" state={bus.state} look={BUS_LOOKS[bus.state]} />
      </header>
      <p class="card-sub">{wired ? <Plug bus={bus} /> : t("ui.bus.unwired.help", { name: bus.name })}</p>
      {bus.reason && (
        <p class="reason" lang="en">
          {bus.reason}
        </p>
      )}
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
      <code title={bus.port}>{bus.port}</code>
      {bus.baudrate > 0 && ` · ${integer(bus.baudrate, language.value)}\u202fBd`}
    </>
  );
}

function Use({ bus }: { bus: Bus }) {
  return (
    <>
      <div class="use">
        <span>{t("ui.bus.utilisation")}</span>
        <Share value={bus.utilisation} />
        <span class="number">{percent(bus.utilisation, language.value)}</span>
      </div>
      <dl class="figures">
        {figuresOf(bus).map(([label, figure, help]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd title={help}>{figure}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

type Row = readonly [label: string, figure: string, help?: string];

function figuresOf({ online, devices, counters, cycle_p50, cycle_planned, cycle_p95 }: Bus): Row[] {
  return [
    [t("ui.bus.online"), `${online}/${devices}`],
    [t("ui.bus.cycle"), time(cycle_p50), t("ui.bus.cycle.help")],
    [t("ui.bus.planned"), time(cycle_planned), t("ui.bus.planned.help")],
    [t("ui.bus.p95"), time(cycle_p95), t("ui.bus.p95.help")],
    ...SHOWN.map((key): Row => {
      const figure = integer(counters[key], language.value);
      return [t(`ui.counter.${key}`), figure, t(`ui.counter.${key}.help`)];
    }),
  ];
}

const time = (seconds: number | null) =>
  seconds === null ? "–" : duration(seconds, language.value);
