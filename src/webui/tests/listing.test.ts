import { expect, test } from "vitest";

import { matches, sorted } from "../src/listing";

test("a filter finds words in any order, without case or accents", () => {
  const texts = ["Éclairage hall", "DIRIS Digiware I-30", "@5"];
  expect(matches("eclairage", texts)).toBe(true);
  expect(matches("i-30 HALL", texts)).toBe(true);
  expect(matches("@5", texts)).toBe(true);
  expect(matches("", texts)).toBe(true);
  expect(matches("hall @6", texts)).toBe(false);
});

test("rows without a key stay last both ways", () => {
  const rows = [{ n: 2 }, { n: null }, { n: 10 }];
  expect(sorted(rows, ({ n }) => n, false).map(({ n }) => n)).toEqual([2, 10, null]);
  expect(sorted(rows, ({ n }) => n, true).map(({ n }) => n)).toEqual([10, 2, null]);
});

test("numbers inside names count as numbers, and the list itself is left alone", () => {
  const rows = ["Load 10", "Load 2"];
  expect(sorted(rows, (row) => row, false)).toEqual(["Load 2", "Load 10"]);
  expect(rows).toEqual(["Load 10", "Load 2"]);
});
