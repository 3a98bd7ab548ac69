import { signal, useSignal } from "@preact/signals";

import { momentText } from "../ages";
import type { Reading, Statistic } from "../api";
import { ENERGY, FACTOR, POWER } from "../figures";
import { shownQuality } from "../freshness";
import { keep, kept } from "../keeping";
import { lostFor, zone } from "../live/state";
import { quantityName } from "../naming";
import { registerText, sheet, type Group, type Row } from "../sheet";
import { language, t, tOr } from "../words";
import { Age } from "./Age";
import { Icon } from "./Icon";
import { Tile } from "./Tile";
import { Value } from "./Value";

const SHOWN = ["yes", "no"] as const;
const registers = signal(kept("registers", SHOWN) === "yes");

const MOMENTARY: ReadonlySet<Statistic> = new Set(["instant", "total"]);
/** Figures whose own date tells more than their age. */
const DATED: ReadonlySet<Statistic> = new Set([
  "min",
  "max",
  "average-min",
  "average-max",
  "last-partial",
]);
const ROOMY = 4;

interface Props {
  readings: readonly Reading[];
  received: number;
}

/** All quantities of one load by group; on demand with the register that holds each value. */
export function Sheet({ readings, received }: Props) {
  return (
    <>
      <KeyFigures readings={readings} />
      <div class="tools">
        <button
          type="button"
          class="toggle"
          aria-pressed={registers.value}
          onClick={() => {
            registers.value = !registers.value;
            keep("registers", registers.value ? "yes" : "no");
          }}
        >
          <Icon name="register" />
          {t("ui.registers")}
        </button>
        {registers.value && <span class="tools-count">{t("ui.registers.help")}</span>}
      </div>
      <div class="groups">
        {sheet(readings).map((group) => (
          <GroupTable key={group.name} group={group} received={received} />
        ))}
      </div>
    </>
  );
}

/** Of each line the first that the load has: systems of three phases before single ones. */
const KEYS: readonly (readonly string[])[] = [
  [POWER],
  [FACTOR],
  ["voltage.system.pp", "voltage.u12", "voltage.v1n"],
  ["current.system", "current.i1", "current.i2", "current.i3"],
  [ENERGY],
  ["power.reactive.total"],
  ["frequency"],
  ["voltage.system.pn", "voltage.v1n"],
  ["temperature.module"],
];
const KEYS_MAX = 6;

function KeyFigures({ readings }: { readings: readonly Reading[] }) {
  const told = new Map(
    readings
      .filter(({ statistic, value }) => MOMENTARY.has(statistic) && value !== null)
      .map((reading) => [reading.quantity, reading]),
  );
  const known = KEYS.map((keys) => keys.map((key) => told.get(key)).find(Boolean))
    .filter((reading) => reading !== undefined)
    .slice(0, KEYS_MAX);
  if (known.length === 0) return null;
  return (
    <dl class="tiles">
      {known.map((reading) => (
        <Tile key={reading.name} label={quantityName(reading.quantity)}>
          <Value figure={reading} />
        </Tile>
      ))}
    </dl>
  );
}

function GroupTable({ group, received }: { group: Group; received: number }) {
  const title = tOr(`group.${group.name}`, group.name);
  return (
    <section
      class={group.statistics.length > 2 ? "card flush broad" : "card flush"}
      aria-label={title}
      tabIndex={0} // it may scroll sideways
    >
      <h3 class="card-title">{title}</h3>
      <table class={group.statistics.length > ROOMY ? "table dense" : "table"} role="table">
        <caption class="hidden">{title}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              {t("ui.column.quantity")}
            </th>
            {group.statistics.map((statistic) => (
              <th key={statistic} role="columnheader" scope="col" class="figure">
                {t(`statistic.${statistic}`)}
              </th>
            ))}
            <th role="columnheader" scope="col" class="figure">
              {t("ui.column.age")}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {group.rows.map((row) => (
            <QuantityRow key={row.quantity} row={row} group={group} received={received} />
          ))}
        </tbody>
      </table>
      {group.absent.length > 0 && (
        <p class="absent">
          {t("ui.absent")} {group.absent.map(quantityName).join(", ")}
        </p>
      )}
    </section>
  );
}

function QuantityRow({ row, group, received }: { row: Row; group: Group; received: number }) {
  const stale = shownQuality(row.quality, lostFor.value) === "stale";
  return (
    <tr role="row">
      <th role="rowheader" scope="row" class="title">
        {quantityName(row.quantity)}
      </th>
      {group.statistics.map((statistic) => (
        <td
          key={statistic}
          role="cell"
          class={row.cells.has(statistic) ? "figure" : "figure blank"}
          data-label={t(`statistic.${statistic}`)}
        >
          <Cell reading={row.cells.get(statistic)} />
        </td>
      ))}
      <td role="cell" class="figure" data-label={t("ui.column.age")}>
        <Age age={row.age} received={received} stale={stale} />
      </td>
    </tr>
  );
}

function Cell({ reading }: { reading: Reading | undefined }) {
  if (!reading) return null;
  return (
    <>
      <Value figure={worded(reading)} />
      {reading.meter_time && DATED.has(reading.statistic) && (
        <time class="sub" dateTime={reading.meter_time}>
          {momentText(reading.meter_time, language.value, zone.value)}
        </time>
      )}
      {registers.value && <Register reading={reading} />}
    </>
  );
}

/** Where the value is; a click copies it. */
function Register({ reading }: { reading: Reading }) {
  const copied = useSignal(false);
  const text = String(reading.register.address);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    copied.value = true;
    setTimeout(() => (copied.value = false), 1500);
  };
  return (
    <button
      type="button"
      class="register"
      title={t("ui.registers.copy", { name: reading.name })}
      onClick={() => void copy()}
    >
      {copied.value ? t("ui.registers.copied") : registerText(reading.register)}
    </button>
  );
}

/** The kinds of power factor are codes with names (B-30 and Digiware tables: 0, 1, 2). */
function worded(reading: Reading): Reading {
  if (!reading.quantity.startsWith("power.factor_type.")) return reading;
  if (typeof reading.value !== "number") return reading;
  const word = tOr(`ui.factor_type.${reading.value}`, String(reading.value));
  return { ...reading, value: word, unit: "" };
}
