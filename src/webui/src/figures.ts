/** Which of a load's key figures the short tables show. */
import type { Figure, Load } from "./api";
import { liveNumber, oldest, worst } from "./freshness";

type Figures = Readonly<Record<string, Figure>>;

/** The first of these that has a value; else the first that the load knows at all. */
function first(figures: Figures, keys: readonly string[]): Figure | undefined {
  const known = keys.map((key) => figures[key]).filter((figure) => figure !== undefined);
  return known.find(({ value }) => value !== null) ?? known[0];
}

const VOLTAGES = ["voltage.u12", "voltage.v1n", "voltage.v2n", "voltage.v3n"] as const;
const CURRENTS = ["current.i1", "current.i2", "current.i3"] as const;

export const POWER = "power.active.total";
export const FACTOR = "power.factor.total";
export const ENERGY = "energy.active.import";

export const voltageOf = (figures: Figures): Figure | undefined => first(figures, VOLTAGES);

/** The greatest of the phase currents; the worst of their qualities. */
export function currentOf(figures: Figures): Figure | undefined {
  const phases = CURRENTS.map((key) => figures[key]).filter((phase) => phase !== undefined);
  const told = phases.filter((phase) => typeof phase.value === "number");
  const [start, ...others] = told.length > 0 ? told : phases;
  if (!start) return undefined;
  const greatest = others.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a), start);
  const counted = told.length > 0 ? told : phases;
  return { ...greatest, age: oldest(told), quality: worst(counted.map((phase) => phase.quality)) };
}

/** What the row of a load shows, and how old the oldest of it is; energies have a slower pace. */
export function rowOf(load: Load) {
  const { readings } = load;
  const row = {
    voltage: voltageOf(readings),
    current: currentOf(readings),
    power: readings[POWER],
    factor: readings[FACTOR],
    energy: readings[ENERGY],
  };
  const instants = [row.voltage, row.current, row.power, row.factor].filter((f) => f !== undefined);
  const measured = instants.length > 0 ? instants : row.energy ? [row.energy] : [];
  return { load, ...row, age: oldest(measured), quality: worst(measured.map((f) => f.quality)) };
}

export type LoadRow = ReturnType<typeof rowOf>;

export interface Sum {
  value: number;
  counted: number;
}

/** The sum of all live active powers and how many there were. */
export function powerSum(loads: readonly Load[]): Sum {
  const powers = loads.map((load) => liveNumber(load.readings[POWER])).filter((p) => p !== null);
  return { value: powers.reduce((a, b) => a + b, 0), counted: powers.length };
}

/** A device's active power: its loads together; stale or missing as its worst load is. */
export function devicePower(loads: readonly Load[]): Figure | undefined {
  const figures = loads.map((load) => load.readings[POWER]).filter((f) => f !== undefined);
  const numbers = figures.map((f) => f.value).filter((value) => typeof value === "number");
  const [start] = figures;
  if (!start) return undefined;
  return {
    value: numbers.length === figures.length ? numbers.reduce((a, b) => a + b, 0) : null,
    unit: start.unit,
    age: oldest(figures),
    quality: worst(figures.map((f) => f.quality)),
  };
}
