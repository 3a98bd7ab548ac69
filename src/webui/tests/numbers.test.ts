import { describe, expect, test } from "vitest";

import { decimal, duration, percent, scaled } from "../src/numbers";

const THIN = "\u202f";
const text = (value: number, unit: string, language = "en") => {
  const { number, unit: shown } = scaled(value, unit, language);
  return `${number} ${shown}`.trim();
};

describe("scaled", () => {
  test.each([
    [0, "W", "0 W"],
    [845, "W", "845.0 W"],
    [12345.6, "W", "12.35 kW"],
    [-46950, "W", "\u221246.95 kW"],
    [1_234_567, "var", "1.235 Mvar"],
    [28.15, "kVA", "28.15 kVA"],
    [0.846, "A", "0.846 A"],
    [1200, "A", "1.200 kA"],
    [6120, "VAr", "6.120 kvar"],
    [342, "mA", "0.342 A"],
  ])("%d %s is %s", (value, unit, wanted) => {
    expect(text(value, unit)).toBe(wanted);
  });

  test("rounds before it chooses the prefix", () => {
    expect(text(999.96, "W")).toBe("1.000 kW");
    expect(text(999_999, "W")).toBe("1.000 MW");
  });

  test("an energy index keeps six digits", () => {
    expect(text(103_451_312, "Wh")).toBe("103.451 MWh");
    expect(text(2_796_000, "varh")).toBe("2.796 Mvarh");
    expect(text(345, "Wh")).toBe("345.000 Wh");
  });

  test("ratios, frequencies and percents keep their unit", () => {
    expect(text(0.9534, "")).toBe("0.953");
    expect(text(49.987, "Hz")).toBe("49.99 Hz");
    expect(text(6.42, "%")).toBe("6.4 %");
  });

  test("an hour meter counts seconds and shows hours", () => {
    expect(text(36_000, "s")).toBe("10.0 h");
  });

  test("French has a decimal comma", () => {
    expect(text(12345.6, "W", "fr")).toBe("12,35 kW");
  });
});

describe("decimal", () => {
  test("groups five digits and more with thin spaces in both languages", () => {
    expect(decimal(12345, 0, "en")).toBe(`12${THIN}345`);
    expect(decimal(1234567.5, 1, "fr")).toBe(`1${THIN}234${THIN}567,5`);
    expect(decimal(1234, 0, "en")).toBe("1234");
  });

  test("nothing is not negative", () => {
    expect(decimal(-0.0004, 3, "en")).toBe("0.000");
  });
});

test("durations go from milliseconds to seconds", () => {
  expect(duration(0.0042, "en")).toBe(`4.2${THIN}ms`);
  expect(duration(0.634, "en")).toBe(`634${THIN}ms`);
  expect(duration(1.94, "fr")).toBe(`1,94${THIN}s`);
  expect(duration(23.46, "en")).toBe(`23.5${THIN}s`);
});

test("small shares keep a decimal", () => {
  expect(percent(0.413, "en")).toBe(`41${THIN}%`);
  expect(percent(0.034, "fr")).toBe(`3,4${THIN}%`);
  expect(percent(0, "en")).toBe(`0${THIN}%`);
});
