import { describe, expect, test } from "vitest";

import type { Frame } from "../src/api";
import { added, address, KEPT, type Trace } from "../src/live/frames";

const NONE: Trace = { frames: [], lost: 0, live: true };

function frame(at: number): Frame {
  return { at, line: "rs485", kind: "answer", unit: 5, took: 0.01, data: "05", text: "", fault: "" };
}

describe("address", () => {
  test("asks for just what the filter wants", () => {
    expect(address({ bus: "", errors: false })).toBe("/api/v1/events/trace.watch");
    expect(address({ bus: "rs485", errors: true })).toBe(
      "/api/v1/events/trace.watch?bus=rs485&errors_only=true",
    );
  });
});

describe("added", () => {
  test("the newest frame stands first", () => {
    const first = added(NONE, [frame(1), frame(2)]);
    expect(added(first, [frame(3)]).frames.map(({ at }) => at)).toEqual([3, 2, 1]);
  });

  test("what was not told is counted", () => {
    expect(added(added(NONE, [{ lost: 4 }]), [{ lost: 2 }, frame(1)]).lost).toBe(6);
  });

  test("only the newest are kept", () => {
    const many = Array.from({ length: KEPT + 5 }, (_, at) => frame(at));
    const kept = added(NONE, many).frames;
    expect(kept).toHaveLength(KEPT);
    expect(kept[0]?.at).toBe(KEPT + 4);
  });
});
