import { describe, expect, test } from "vitest";

import type { Figure } from "../src/api";
import { liveNumber, oldest, SILENCE_MAX, shownQuality, worst } from "../src/freshness";

const figure = (change: Partial<Figure>): Figure => {
  return { value: 1, unit: "W", age: 1, quality: "live", ...change };
};

describe("shownQuality", () => {
  test("live stays live while the gateway is heard", () => {
    expect(shownQuality("live", null)).toBe("live");
  });

  test("live turns stale once the gateway has been silent for long", () => {
    expect(shownQuality("live", SILENCE_MAX)).toBe("live");
    expect(shownQuality("live", SILENCE_MAX + 0.1)).toBe("stale");
  });

  test("what was no value does not become one", () => {
    expect(shownQuality("unread", 100)).toBe("unread");
    expect(shownQuality("unavailable", 100)).toBe("unavailable");
  });
});

test("one stale part makes the whole stale", () => {
  expect(worst(["live", "stale", "unavailable"])).toBe("stale");
  expect(worst([])).toBe("live");
});

test("the oldest part gives the age", () => {
  expect(oldest([figure({ age: 2 }), figure({ age: null }), figure({ age: 7 })])).toBe(7);
  expect(oldest([figure({ age: null })])).toBeNull();
});

test("only live numbers count in sums and rankings", () => {
  expect(liveNumber(figure({ value: 5 }))).toBe(5);
  expect(liveNumber(figure({ value: 5, quality: "stale" }))).toBeNull();
  expect(liveNumber(figure({ value: null }))).toBeNull();
  expect(liveNumber(undefined)).toBeNull();
});
