/** The colour and sign of every state; its word is under `state.` in the translations. */
import type { Bus, Device, Service } from "./api";
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

/** How sure a register map is: official ones need no remark. */
export const CERTAINTY_TONES: Readonly<Record<string, Tone>> = {
  official: "ok",
  "third-party": "idle",
  ours: "warn",
  "identified-only": "warn",
};
