import { expect, test } from "vitest";

import type { Figure, Load, Quality } from "../src/api";
import { currentOf, devicePower, POWER, powerSum, rowOf, voltageOf } from "../src/figures";

const figure = (value: number | null, quality: Quality = "live", age = 1): Figure => {
  return { value, unit: "W", age, quality };
};

const load = (readings: Load["readings"]): Load => {
  return { address: 4, number: 1, name: "", usage: "", device_name: "", state: "online", readings };
};

test("the voltage is the first that the load has", () => {
  const [v1n, u12] = [figure(230), figure(400)];
  expect(voltageOf({ "voltage.v1n": v1n, "voltage.u12": u12 })).toBe(u12);
  expect(voltageOf({ "voltage.v1n": v1n })).toBe(v1n);
  expect(voltageOf({})).toBeUndefined();
});

test("a voltage that a load of one phase does not have gives way to the one it has", () => {
  const v1n = figure(230);
  const u12 = figure(null, "unavailable");
  expect(voltageOf({ "voltage.u12": u12, "voltage.v1n": v1n })).toBe(v1n);
  expect(voltageOf({ "voltage.u12": u12 })).toBe(u12);
});

test("the current is the greatest of the phases with the worst quality of them", () => {
  const found = currentOf({
    "current.i1": figure(3),
    "current.i2": figure(9, "live", 4),
    "current.i3": figure(5, "stale", 70),
  });
  expect(found).toMatchObject({ value: 9, quality: "stale", age: 70 });
});

test("a phase that the load does not have says nothing about the others", () => {
  const found = currentOf({ "current.i1": figure(3), "current.i2": figure(null, "unavailable") });
  expect(found).toMatchObject({ value: 3, quality: "live" });
});

test("an energy, read rarely, does not age the row", () => {
  const row = rowOf(load({ [POWER]: figure(1), "energy.active.import": figure(1, "live", 500) }));
  expect(row.age).toBe(1);
});

test("a load that only counts energy has the age of its energy", () => {
  expect(rowOf(load({ "energy.active.import": figure(1, "live", 500) })).age).toBe(500);
});

test("a sum leaves out what is not live and says how many are in it", () => {
  const loads = [load({ [POWER]: figure(10) }), load({ [POWER]: figure(7, "stale") }), load({})];
  expect(powerSum(loads)).toEqual({ value: 10, counted: 1 });
});

test("a device's power is that of all its loads or none", () => {
  const [a, b] = [load({ [POWER]: figure(10) }), load({ [POWER]: figure(7, "stale") })];
  expect(devicePower([a, b])).toMatchObject({ value: 17, quality: "stale" });
  expect(devicePower([a, load({ [POWER]: figure(null, "unread") })])).toMatchObject({
    value: null,
    quality: "unread",
  });
  expect(devicePower([load({})])).toBeUndefined();
});
