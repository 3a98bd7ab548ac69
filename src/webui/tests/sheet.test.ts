import { expect, test } from "vitest";

import type { Reading } from "../src/api";
import { choices, chosen, registerText, sheet } from "../src/sheet";

const reading = (change: Partial<Reading>): Reading => {
  const { quantity = "voltage.v1n", statistic = "instant" } = change;
  return {
    name: `${quantity}@${statistic}`,
    quantity,
    statistic,
    load: 1,
    label_key: `quantity.${quantity}`,
    group: "voltage",
    value: 230,
    unit: "V",
    time: null,
    age: 1,
    quality: "live",
    meter_time: null,
    register: { address: 18436, words: 2, type: "U32" },
    ...change,
  };
};

test("groups come in their order, unknown ones last, with the statistics that they have", () => {
  const groups = sheet([
    reading({ group: "odd", quantity: "odd.thing" }),
    reading({ group: "energy", quantity: "energy.apparent", statistic: "total" }),
    reading({ statistic: "max" }),
    reading({ statistic: "instant" }),
  ]);
  expect(groups.map(({ name }) => name)).toEqual(["voltage", "energy", "odd"]);
  expect(groups[0]?.statistics).toEqual(["instant", "max"]);
});

test("a quantity is one row with a cell for each statistic", () => {
  const [group] = sheet([
    reading({ statistic: "instant", age: 0.4 }),
    reading({ statistic: "max", age: 30, quality: "stale" }),
    reading({ quantity: "voltage.v2n" }),
  ]);
  expect(group?.rows.map(({ quantity }) => quantity)).toEqual(["voltage.v1n", "voltage.v2n"]);
  expect(group?.rows[0]?.cells.get("max")?.age).toBe(30);
  expect(group?.rows[0]).toMatchObject({ age: 0.4, quality: "stale" });
});

test("what a device cannot tell is named apart, and makes no empty columns", () => {
  const [group] = sheet([
    reading({}),
    reading({ statistic: "average", quality: "unavailable" }),
    reading({ quantity: "voltage.v2n", quality: "unavailable" }),
  ]);
  expect(group?.statistics).toEqual(["instant"]);
  expect(group?.rows.map(({ quantity }) => quantity)).toEqual(["voltage.v1n"]);
  expect(group?.absent).toEqual(["voltage.v2n"]);
});

test("the first load opens unless another one was asked for", () => {
  const loads = [{ number: 1 }, { number: 3 }];
  expect(choices(loads)).toEqual([1, 3, 0]);
  expect(chosen(null, loads)).toBe(1);
  expect(chosen(3, loads)).toBe(3);
  expect(chosen(0, loads)).toBe(0);
  expect(chosen(2, loads)).toBe(1);
  expect(chosen(null, [])).toBe(0);
});

test("a register reads as in a register map", () => {
  expect(registerText(reading({}).register)).toBe("18436 · 2\u202f×\u202f16 bit · U32");
});
