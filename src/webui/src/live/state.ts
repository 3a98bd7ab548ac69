/** What the page knows: the newest snapshot of each topic, and how the link to the gateway is. */
import { batch, computed, effect, signal, type Signal } from "@preact/signals";

import type { Device, Topic, Topics } from "../api";
import { SILENCE_MAX } from "../freshness";
import { route } from "../router";
import { meet } from "../session";
import { chosen } from "../sheet";
import type { ServerEvent } from "./sse";
import { Stream } from "./stream";
import { instant, now } from "./ticking";

const API = "/api/v1";

export interface Snapshot<T> {
  data: T;
  received: number; // seconds of ticking.now
}

type Board = { readonly [K in Topic]: Signal<Snapshot<Topics[K]> | null> };

export const board: Board = {
  gateway: signal(null),
  devices: signal(null),
  buses: signal(null),
  services: signal(null),
  conditions: signal(null),
  detection: signal(null),
  panel: signal(null),
  loads: signal(null),
  readings: signal(null),
};

export interface Link {
  state: "connecting" | "live" | "lost";
  since: number;
  retryAt: number | null;
}

export const link = signal<Link>({ state: "connecting", since: instant(), retryAt: null });

/** Seconds since the gateway was heard last; null while the link is live. */
export const lostFor = computed(() =>
  link.value.state === "lost" ? Math.max(0, now.value - link.value.since) : null,
);

/** Whether what is shown can no longer be taken for the present. */
export const isOld = computed(() => (lostFor.value ?? 0) > SILENCE_MAX);

/** Models without measurement pages (M-50) show devices, buses and services only. */
export const measuring = computed(
  () => board.gateway.value?.data.capabilities.measurement_pages ?? null,
);

export const zone = computed(() => board.gateway.value?.data.zone ?? "UTC");

export const devices = computed<readonly Device[] | null>(
  () => board.devices.value?.data.devices ?? null,
);

/** The load whose readings the open page shows, as the stream is asked for it. */
const watched = computed(() => {
  const open = route.value;
  if (open.page !== "device" || !measuring.value) return "";
  const device = devices.value?.find(({ address }) => address === open.address);
  return device ? `&device=${device.address}&load=${chosen(open.load, device.loads)}` : "";
});

const address = computed(() => {
  const topics = ["gateway", "devices", "buses", "services", "conditions", "detection", "panel"];
  if (measuring.value) topics.push("loads");
  return `${API}/stream?topics=${topics.join(",")}${watched.value}`;
});

function heard({ event, data }: ServerEvent): void {
  if (!(event in board)) return;
  const topic = event as Topic;
  const known = board[topic] as Signal<Snapshot<unknown> | null>;
  known.value = { data: JSON.parse(data), received: instant() };
}

function opened(): void {
  link.value = { state: "live", since: instant(), retryAt: null };
}

function lost(retryIn: number): void {
  const { state, since } = link.value;
  const at = instant();
  link.value = { state: "lost", since: state === "live" ? at : since, retryAt: at + retryIn };
}

/** Connect, and stay connected to what the open page needs. */
export function connect(): void {
  const stream = new Stream({
    opened: () => {
      batch(opened);
      void meet();
    },
    heard: (event) => batch(() => heard(event)),
    lost,
  });
  effect(() => {
    board.readings.value = null;
    stream.open(address.value);
  });
  const hurry = () => {
    if (!document.hidden) stream.hurry();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
}
