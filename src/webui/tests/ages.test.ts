import { expect, test } from "vitest";

import { ageText, clockText, dateText, grown, momentText } from "../src/ages";

const plain = (text: string) => text.replaceAll("\u202f", " ");
const MOMENT = "2026-11-23T11:05:09+00:00";

test.each([
  [-1, "0 s"],
  [0.9, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [3600 + 5 * 60, "1 h 05"],
  [86400 * 4 + 7, "4 d"],
])("%d seconds read %s", (seconds, wanted) => {
  expect(plain(ageText(seconds, "d"))).toBe(wanted);
});

test("an age grows with the page's own clock", () => {
  expect(grown(1.5, 100, 104)).toBe(5.5);
  expect(grown(1.5, 100, 99.9)).toBe(1.5);
  expect(grown(null, 100, 104)).toBeNull();
});

test("moments are told in the gateway's zone, not the browser's", () => {
  expect(clockText(Date.parse(MOMENT), "en", "Europe/Paris")).toBe("12:05:09");
  expect(momentText(MOMENT, "fr", "Asia/Tokyo")).toBe("23/11/2026 20:05:09");
  expect(dateText(Date.parse(MOMENT), "en", "UTC")).toBe("Mon 23 Nov 2026");
});

test("a zone that the browser does not know falls back to UTC", () => {
  expect(clockText(Date.parse(MOMENT), "en", "Mars/Olympus")).toBe("11:05:09");
});
