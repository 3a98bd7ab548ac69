import { en, fr } from "virtual:words";
import { afterEach, expect, test } from "vitest";

import { COUNTERS } from "../src/pages/Buses";
import { GROUPS, STATISTICS } from "../src/sheet";
import { BUS_LOOKS, CERTAINTY_TONES, DEVICE_LOOKS, SERVICE_LOOKS } from "../src/states";
import { THEMES } from "../src/theme";
import { language, LANGUAGES, preferred, t, tn, tOr } from "../src/words";

const SOURCES = import.meta.glob<string>("../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

function literals(): string[] {
  const code = Object.values(SOURCES).join("\n");
  const plain = [...code.matchAll(/"((?:ui|unit|quality)\.[\w.]+)"/g)].map(([, key]) => key ?? "");
  const counted = [...code.matchAll(/tn\("([\w.]+)"/g)].map(([, key]) => key ?? "");
  return [
    ...plain.filter((key) => !counted.includes(key)),
    ...counted.flatMap((key) => [`${key}.one`, `${key}.other`]),
  ];
}

const PAGES = ["overview", "devices", "device", "loads", "buses", "services", "missing"];
const FIGURES = ["voltage", "current", "factor", "energy"];
const CONDITIONS = ["line.down", "slave.timeout", "slave.stranger", "service.failed"];

const COMPUTED = [
  ...Object.keys(DEVICE_LOOKS).map((state) => `state.device.${state}`),
  ...Object.keys(BUS_LOOKS).map((state) => `state.bus.${state}`),
  ...Object.keys(SERVICE_LOOKS).map((state) => `state.service.${state}`),
  ...Object.keys(CERTAINTY_TONES).map((value) => `certainty.${value}`),
  ...["live", "unavailable", "stale", "unread"].map((value) => `quality.${value}`),
  ...COUNTERS.flatMap((key) => [`ui.counter.${key}`, `ui.counter.${key}.help`]),
  ...GROUPS.map((group) => `group.${group}`),
  ...STATISTICS.map((statistic) => `statistic.${statistic}`),
  ...PAGES.map((page) => `ui.page.${page}`),
  ...FIGURES.map((key) => `ui.column.${key}`),
  ...LANGUAGES.map((value) => `ui.language.${value}`),
  ...THEMES.map((value) => `ui.theme.${value}`),
  ...[0, 1, 2].map((code) => `ui.factor_type.${code}`),
  ...CONDITIONS.map((name) => `condition.${name}`),
];

const used = [...new Set([...literals(), ...COMPUTED])].sort();

afterEach(() => {
  language.value = "en";
});

test.each([
  ["en", en],
  ["fr", fr],
])("%s has a text for each key that the page uses", (_, book) => {
  expect(used.length).toBeGreaterThan(150);
  expect(used.filter((key) => !book[key]?.trim())).toEqual([]);
});

test("no text of the page is left over", () => {
  const mine = Object.keys(en).filter((key) => key.startsWith("ui."));
  expect(mine.filter((key) => !used.includes(key))).toEqual([]);
});

test("both languages ask for the same parts", () => {
  const parts = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  expect(used.filter((key) => parts(en[key]).join() !== parts(fr[key]).join())).toEqual([]);
});

test("words that only the settings need are not in the page", () => {
  expect(Object.keys(en).filter((key) => key.startsWith("setting."))).toEqual([]);
});

test("the browser's first language that we speak is taken", () => {
  expect(preferred(["de-DE", "fr-CA", "en"])).toBe("fr");
  expect(preferred(["de"])).toBe("en");
});

test("texts follow the language and fill their parts", () => {
  expect(t("ui.device.none", { address: 9 })).toBe("There is no device at address 9");
  language.value = "fr";
  expect(t("ui.device.none", { address: 9 })).toBe("Aucun équipement à l’adresse 9");
  expect(tn("ui.devices.count", 0)).toBe("0 équipement"); // French: none is singular
});

test("what has no text keeps its name", () => {
  expect(tOr("state.bus.melted", "melted")).toBe("melted");
  expect(t("ui.unheard")).toBe("ui.unheard");
});
