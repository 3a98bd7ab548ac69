import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { pause } from "../src/live/backoff";
import { eventReader, type ServerEvent } from "../src/live/sse";
import { Stream } from "../src/live/stream";

describe("eventReader", () => {
  test("events may arrive in any pieces", () => {
    const read = eventReader();
    expect(read("retry: 2000\n\nid: 1\nevent: gate")).toEqual([]);
    expect(read('way\ndata: {"a"')).toEqual([]);
    expect(read(":1}\n\nevent: buses\ndata: 2\n")).toEqual([{ event: "gateway", data: '{"a":1}' }]);
    expect(read("\n")).toEqual([{ event: "buses", data: "2" }]);
  });

  test("heartbeats are no events", () => {
    expect(eventReader()(": alive\n\n")).toEqual([]);
  });

  test("several lines of data are one text", () => {
    expect(eventReader()("data: a\ndata:b\n\n")).toEqual([{ event: "message", data: "a\nb" }]);
  });
});

test("pauses double up to half a minute and differ between visitors", () => {
  expect([1, 2, 3, 9].map((failures) => pause(failures, 0))).toEqual([1, 2, 4, 30]);
  expect(pause(9, 1)).toBeGreaterThan(30);
});

describe("Stream", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  let told: (string | ServerEvent)[] = [];
  const listener = {
    opened: () => told.push("opened"),
    heard: (event: ServerEvent) => told.push(event),
    lost: () => told.push("lost"),
  };

  beforeEach(() => {
    told = [];
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** A server whose answers are taken one after the other; a hanging one ends with its signal. */
  function serve(...answers: (() => Response)[]) {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (url: string, { signal }: { signal: AbortSignal }) => {
      asked.push(url);
      const next = answers.shift();
      if (next) return Promise.resolve(next());
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    });
    return asked;
  }

  const body = (...pieces: string[]) =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(encode(piece));
          controller.close();
        },
      }),
    );

  test("tells what it hears, that the link broke, and tries again", async () => {
    const asked = serve(() => body("event: gateway\ndata: 1\n\n"));
    new Stream(listener).open("/stream");
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["opened", { event: "gateway", data: "1" }, "lost"]);
    await vi.advanceTimersByTimeAsync(1300);
    expect(asked).toEqual(["/stream", "/stream"]);
  });

  test("a refusal is no link", async () => {
    serve(() => new Response("no", { status: 503 }));
    new Stream(listener).open("/stream");
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["lost"]);
  });

  test("a link without a heartbeat is given up", async () => {
    serve();
    new Stream(listener).open("/stream");
    await vi.advanceTimersByTimeAsync(34_000);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).toEqual(["lost"]);
  });

  test("another address replaces the former one without a loss", async () => {
    const asked = serve();
    const stream = new Stream(listener);
    stream.open("/a");
    stream.open("/b");
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(["/a", "/b"]);
    expect(told).toEqual([]);
  });

  test("a visitor who comes back does not wait for the pause", async () => {
    const asked = serve(() => new Response("no", { status: 503 }));
    const stream = new Stream(listener);
    stream.open("/stream");
    await vi.advanceTimersByTimeAsync(0);
    stream.hurry();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.length).toBe(2);
  });
});
