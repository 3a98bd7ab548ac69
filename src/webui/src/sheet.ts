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
  const present = new Set(readings.map(({ statistic }) => statistic));
  const quantities = [...new Set(readings.map(({ quantity }) => quantity))];
  return {
    name,
    statistics: STATISTICS.filter((statistic) => present.has(statistic)),
    rows: quantities.map((key) => rowOf(key, readings.filter(({ quantity }) => quantity === key))),
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

/** Which loads can be chosen: those of the topology, and 0 where the device measures by itself. */
export function choices(readings: readonly Reading[], configured: readonly number[]): number[] {
  const measured = [...new Set(readings.map(({ load }) => load))].sort((a, b) => a - b);
  if (configured.length === 0) return measured;
  return measured.filter((load) => load === 0 || configured.includes(load));
}

/** What to show first: the load asked for, else the first load, else the device itself. */
export function chosen(asked: number | null, offered: readonly number[]): number | null {
  if (asked !== null && offered.includes(asked)) return asked;
  return offered.find((load) => load > 0) ?? offered[0] ?? null;
}

/** `18444 · 2 × u32`, as a register map writes it. */
export function registerText({ address, words, type }: Reading["register"]): string {
  return `${address} · ${words}\u202f×\u202f16 bit · ${type}`;
}
