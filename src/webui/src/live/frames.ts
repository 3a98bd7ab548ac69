/** The frames of the buses while somebody looks at them: the newest few, in steps. */
import { signal } from "@preact/signals";

import type { Frame } from "../api";
import type { ServerEvent } from "./sse";
import { Stream } from "./stream";

export const KEPT = 150;
/** Milliseconds between two renewals of what is shown: more often nobody can read. */
const RENEW = 300;

export interface Trace {
  frames: readonly Frame[]; // newest first
  lost: number; // frames that came too fast to be told
  live: boolean;
}

const NOTHING: Trace = { frames: [], lost: 0, live: false };

export const trace = signal<Trace>(NOTHING);
export const paused = signal(false);

export interface Filter {
  bus: string;
  errors: boolean;
}

/** The address of the trace that a filter asks for. */
export function address({ bus, errors }: Filter): string {
  const wanted = new URLSearchParams();
  if (bus) wanted.set("bus", bus);
  if (errors) wanted.set("errors_only", "true");
  const query = wanted.toString();
  return `/api/v1/events/trace.watch${query ? `?${query}` : ""}`;
}

/** Adds what came, newest first, and forgets what is more than `KEPT` back. */
export function added(before: Trace, came: readonly (Frame | { lost: number })[]): Trace {
  const frames = came.filter((event): event is Frame => "kind" in event);
  const lost = came.reduce((sum, event) => sum + ("lost" in event ? event.lost : 0), before.lost);
  return { ...before, lost, frames: [...frames.reverse(), ...before.frames].slice(0, KEPT) };
}

/** Follow the frames until the returned function is called. */
export function watch(filter: Filter): () => void {
  const waiting: (Frame | { lost: number })[] = [];
  trace.value = NOTHING;
  const stream = new Stream({
    opened: () => {
      trace.value = { ...trace.value, live: true };
    },
    heard: ({ event, data }: ServerEvent) => {
      if (event !== "message") return;
      const told = JSON.parse(data) as Frame | { lost: number } | { began: string };
      if (!("began" in told)) waiting.push(told);
      if (waiting.length > KEPT) waiting.shift();
    },
    lost: () => {
      trace.value = { ...trace.value, live: false };
    },
  });
  const timer = setInterval(() => {
    if (waiting.length === 0 || paused.value) return;
    trace.value = added(trace.value, waiting.splice(0));
  }, RENEW);
  stream.open(address(filter));
  return () => {
    clearInterval(timer);
    stream.close();
  };
}
