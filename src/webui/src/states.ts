/** The colour and sign of every state; its word is under `state.` in the translations. */
import type { Bus, Detection, Device, Entry, FrameKind, Service } from "./api";
import type { IconName } from "./parts/Icon";

export type Tone = "ok" | "warn" | "bad" | "idle";

export interface Look {
  tone: Tone;
  icon: IconName;
}

export const DEVICE_LOOKS: Readonly<Record<Device["state"], Look>> = {
  online: { tone: "ok", icon: "ok" },
  silent: { tone: "bad", icon: "bad" },
  unknown: { tone: "idle", icon: "unknown" },
  stranger: { tone: "warn", icon: "warn" },
  unconfirmed: { tone: "warn", icon: "unknown" },
  maintenance: { tone: "idle", icon: "idle" },
};

export const BUS_LOOKS: Readonly<Record<Bus["state"], Look>> = {
  up: { tone: "ok", icon: "ok" },
  down: { tone: "bad", icon: "bad" },
  unwired: { tone: "idle", icon: "idle" },
  slave: { tone: "idle", icon: "idle" },
};

export const SERVICE_LOOKS: Readonly<Record<Service["state"], Look>> = {
  starting: { tone: "idle", icon: "busy" },
  ready: { tone: "ok", icon: "ok" },
  refused: { tone: "bad", icon: "bad" },
  failed: { tone: "bad", icon: "warn" },
  off: { tone: "idle", icon: "idle" },
  stopped: { tone: "idle", icon: "idle" },
};

export const PHASE_LOOKS: Readonly<Record<Detection["phase"], Look>> = {
  idle: { tone: "idle", icon: "idle" },
  started: { tone: "idle", icon: "busy" },
  searching: { tone: "idle", icon: "busy" },
  conflicts: { tone: "warn", icon: "warn" },
  solving: { tone: "warn", icon: "busy" },
  reading: { tone: "idle", icon: "busy" },
  speeds: { tone: "idle", icon: "busy" },
  done: { tone: "ok", icon: "ok" },
  stopped: { tone: "idle", icon: "idle" },
  failed: { tone: "bad", icon: "bad" },
};

export const STANDING_LOOKS: Readonly<Record<Entry["standing"], Look>> = {
  new: { tone: "ok", icon: "ok" },
  known: { tone: "ok", icon: "ok" },
  moved: { tone: "ok", icon: "next" },
  replaced: { tone: "warn", icon: "warn" },
  silent: { tone: "bad", icon: "bad" },
  contested: { tone: "warn", icon: "warn" },
  unsearched: { tone: "idle", icon: "idle" },
};

export const FRAME_LOOKS: Readonly<Record<FrameKind, Look>> = {
  request: { tone: "idle", icon: "next" },
  broadcast: { tone: "idle", icon: "next" },
  answer: { tone: "ok", icon: "ok" },
  exception: { tone: "warn", icon: "warn" },
  garbled: { tone: "bad", icon: "bad" },
  timeout: { tone: "bad", icon: "clock" },
  stray: { tone: "warn", icon: "unknown" },
  echo: { tone: "idle", icon: "back" },
};

/** How sure a register map is: official ones need no remark. */
export const CERTAINTY_TONES: Readonly<Record<string, Tone>> = {
  official: "ok",
  "third-party": "idle",
  ours: "warn",
  "identified-only": "warn",
};
