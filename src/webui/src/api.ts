/** What the gateway answers under /api/v1 (docs/api.md). Times are ISO 8601, durations seconds. */

export interface Gateway {
  model: string;
  product_name: string;
  order_code: string;
  ble: boolean;
  net_id: string;
  serial: string;
  firmware: string;
  site: string;
  server: string;
  time: string;
  zone: string;
  utc_offset: number;
  speed: number;
  capabilities: { measurement_pages: boolean };
  counts: { devices: number; online: number; loads: number };
}

export interface Counters {
  asked: number;
  answered: number;
  exceptions: number;
  timeouts: number;
  crc_errors: number;
  garbled: number;
  lost: number;
  stale_bytes: number;
}

export type DeviceState =
  | "online"
  | "silent"
  | "unknown"
  | "stranger"
  | "unconfirmed"
  | "maintenance";

export interface Device {
  address: number;
  bus: string;
  gateway: string;
  model: { key: string; name: string; family: string; certainty: string };
  name: string;
  serial: string;
  net_id: string;
  state: DeviceState;
  since: string | null;
  reason: string;
  last_answer: string | null;
  age: number | null;
  loads: { number: number; name: string; usage: string }[];
  counters: Counters;
  turnaround_p50: number | null;
  turnaround_p99: number | null;
  retry_in: number | null;
}

export type Quality = "live" | "unavailable" | "stale" | "unread";

/** A value as tables of loads carry it. */
export interface Figure {
  value: number | string | boolean | null;
  unit: string;
  age: number | null;
  quality: Quality;
}

export type Statistic =
  | "instant"
  | "average"
  | "max"
  | "min"
  | "average-max"
  | "average-min"
  | "total"
  | "partial"
  | "last-partial"
  | "lagging"
  | "leading";

export interface Reading extends Figure {
  name: string;
  quantity: string;
  statistic: Statistic;
  load: number;
  label_key: string;
  group: string;
  time: string | null;
  meter_time: string | null;
  register: { address: number; words: number; type: string };
}

export interface Load {
  address: number;
  number: number;
  name: string;
  usage: string;
  device_name: string;
  state: DeviceState;
  readings: Record<string, Figure>;
}

export interface Bus {
  name: string;
  port: string;
  state: "unwired" | "slave" | "up" | "down";
  since: string | null;
  reason: string;
  baudrate: number;
  counters: Counters;
  utilisation: number;
  cycle_planned: number | null;
  cycle_p50: number | null;
  cycle_p95: number | null;
  devices: number;
  online: number;
}

export interface Service {
  name: string;
  state: "starting" | "ready" | "refused" | "failed" | "off" | "stopped";
  since: string | null;
  reason: string;
  port: number | null;
}

export interface Condition {
  name: string;
  subject: string;
  since: string;
  reason: string;
}

/** A slave that answered a search; `model` is empty where none is known. */
export interface Sighting {
  bus: string;
  address: number;
  name: string;
  model: string;
  serial: string;
  net_id: number;
}

export interface Conflict {
  bus: string;
  address: number;
  trouble: "shared" | "taken" | "gateway";
  slaves: Sighting[];
  advice: string;
  pressable: boolean;
}

export interface Hint {
  kind: string;
  text: string;
  bus: string | null;
  address: number | null;
}

export interface Refusal {
  slave: Sighting;
  cause: string;
  reason: string;
}

export interface Entry {
  slave: Sighting;
  label: string;
  standing: "new" | "known" | "moved" | "replaced" | "silent" | "contested" | "unsearched";
  loads: number;
}

export interface Report {
  seconds: number;
  devices: Entry[];
  refusals: Refusal[];
  hints: Hint[];
}

export type Phase =
  | "idle"
  | "started"
  | "searching"
  | "conflicts"
  | "solving"
  | "reading"
  | "speeds"
  | "done"
  | "stopped"
  | "failed";

/** A search for slaves (§10): the one that runs, or the last. */
export interface Detection {
  phase: Phase;
  figure: number | null;
  running: boolean;
  mode: "fast" | "complete";
  resolve: "buttons" | "automatic";
  reason: string;
  share: number;
  seconds_left: number | null;
  buses: { bus: string; share: number; seconds_left: number | null; found: number; reason: string }[];
  found: Sighting[];
  conflicts: Conflict[];
  moves: { slave: Sighting; to: number }[];
  report: Report | null;
}

/** A lamp of the front panel; `phase` is how long ago it last began to flash, when it was told. */
export interface Lamp {
  light: "off" | "steady" | "blinking";
  period: number;
  phase: number;
}

export interface Panel {
  lamps: Partial<Record<"on" | "alarm" | "com" | "bluetooth", Lamp>>;
}

export type FrameKind =
  | "request"
  | "broadcast"
  | "answer"
  | "exception"
  | "garbled"
  | "timeout"
  | "stray"
  | "echo";

/** One frame of a bus, as /api/v1/events/trace.watch tells it; `at` counts from its begin. */
export interface Frame {
  at: number;
  line: string;
  kind: FrameKind;
  unit: number;
  took: number | null;
  data: string;
  text: string;
  fault: string;
}

/** The events of /api/v1/stream, each with what the GET of the same name answers. */
export interface Topics {
  gateway: Gateway;
  devices: { devices: Device[] };
  buses: { buses: Bus[] };
  services: { services: Service[] };
  conditions: { conditions: Condition[] };
  detection: Detection;
  panel: Panel;
  loads: { loads: Load[] };
  readings: { address: number; readings: Reading[] };
}

export type Topic = keyof Topics;

/** The products of the manual's list (§11.2.1), as /api/v1/library tells them. */
export interface Product {
  model: string;
  name: string;
  certainty: string;
  loads: number;
  detection: string;
}

export interface Library {
  groups: { group: string; products: Product[] }[];
}

/** What this gateway can hold at most (§6.2). */
export const DEVICES_MAX = 32;
export const LOADS_MAX = 192;

export type Profile = "user" | "advanced" | "totem" | "admin" | "cyber";

/** Who asks, as /api/v1/session tells; `csrf` is empty without a login. */
export interface Session {
  profile: Profile;
  csrf: string;
  must_change: boolean;
}
