/** All readings of one load, laid out as engineers look for them: groups, quantities, statistics. */
import type { Reading, Statistic } from "./api";
import { worst } from "./freshness";
import type { Quality } from "./api";

export const GROUPS = [
  "voltage",
  "current",
  "power",
  "energy",
  "factor",
  "demand",
  "quality",
  "environment",
  "multifluid",
  "maintenance",
] as const;

export const STATISTICS = [
  "instant",
  "average",
  "min",
  "max",
  "average-min",
  "average-max",
  "total",
  "partial",
  "last-partial",
  "lagging",
  "leading",
] as const satisfies readonly Statistic[];

export interface Row {
  quantity: string;
  cells: ReadonlyMap<Statistic, Reading>;
  quality: Quality;
  /** Age of what is read most often in the row: extremes are fetched at a slower pace. */
  age: number | null;
}

export interface Group {
  name: string;
  statistics: readonly Statistic[];
  rows: readonly Row[];
  /** Quantities that this device cannot tell: no neutral is wired, the load has one phase, .. */
  absent: readonly string[];
}

/** The groups of these readings, those that we know first; rows keep the order of the catalogue. */
export function sheet(readings: readonly Reading[]): Group[] {
  const names = [...new Set(readings.map(({ group }) => group))];
  const place = (name: string) => {
    const found = GROUPS.findIndex((known) => known === name);
    return found < 0 ? GROUPS.length : found;
  };
  return names
    .sort((a, b) => place(a) - place(b))
    .map((name) => groupOf(name, readings.filter(({ group }) => group === name)));
}

function groupOf(name: string, readings: readonly Reading[]): Group {
  const possible = readings.filter(({ quality }) => quality !== "unavailable");
  const statistics = new Set(possible.map(({ statistic }) => statistic));
  const told = new Set(possible.map(({ quantity }) => quantity));
  const all = new Set(readings.map(({ quantity }) => quantity));
  return {
    name,
    statistics: STATISTICS.filter((statistic) => statistics.has(statistic)),
    rows: [...told].map((key) => rowOf(key, readings.filter(({ quantity }) => quantity === key))),
    absent: [...all].filter((key) => !told.has(key)),
  };
}

function rowOf(quantity: string, readings: readonly Reading[]): Row {
  const ages = readings.map(({ age }) => age).filter((age) => age !== null);
  return {
    quantity,
    cells: new Map(readings.map((reading) => [reading.statistic, reading])),
    quality: worst(readings.map(({ quality }) => quality)),
    age: ages.length > 0 ? Math.min(...ages) : null,
  };
}

type Loads = readonly { number: number }[];

/** Which loads can be chosen: those of the topology, and 0 for what the device measures itself. */
export const choices = (loads: Loads): number[] => [...loads.map(({ number }) => number), 0];

/** What to show first: the load asked for, else the first load, else the device itself. */
export function chosen(asked: number | null, loads: Loads): number {
  if (asked !== null && choices(loads).includes(asked)) return asked;
  return loads[0]?.number ?? 0;
}

/** `18444 · 2 × u32`, as a register map writes it. */
export function registerText({ address, words, type }: Reading["register"]): string {
  return `${address} · ${words}\u202f×\u202f16 bit · ${type}`;
}
