import { expect, test } from "vitest";

import { isPlainClick, parse } from "../src/router";

test.each([
  ["/", { page: "overview" }],
  ["/loads", { page: "loads" }],
  ["/loads/", { page: "loads" }],
  ["/devices", { page: "devices" }],
  ["/buses", { page: "buses" }],
  ["/commissioning", { page: "commissioning" }],
  ["/workshop", { page: "workshop" }],
  ["/services", { page: "services" }],
  ["/devices/4", { page: "device", address: 4, load: null }],
  ["/devices/four", { page: "missing" }],
  ["/devices/4/5", { page: "missing" }],
  ["/nowhere", { page: "missing" }],
])("%s", (path, wanted) => {
  expect(parse(path)).toEqual(wanted);
});

test("the query names the load", () => {
  expect(parse("/devices/4", "?load=2")).toMatchObject({ load: 2 });
  expect(parse("/devices/4", "?load=x")).toMatchObject({ load: null });
});

test("only a plain left click is ours; the rest is the browser's", () => {
  const click = (change: Partial<MouseEvent>) =>
    isPlainClick({ button: 0, defaultPrevented: false, ...change } as MouseEvent);
  expect(click({})).toBe(true);
  expect(click({ ctrlKey: true })).toBe(false);
  expect(click({ button: 1 })).toBe(false);
});
