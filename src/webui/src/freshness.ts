/** Whether a value may be shown as true now: a page that hears nothing must not look alive. */
import type { Figure, Quality } from "./api";

/** Seconds without the gateway after which nothing on the page counts as live. */
export const SILENCE_MAX = 5;

/** The quality to show: what was live when the link was lost is stale soon after. */
export function shownQuality(quality: Quality, lostFor: number | null): Quality {
  return quality === "live" && lostFor !== null && lostFor > SILENCE_MAX ? "stale" : quality;
}

const RANK: Readonly<Record<Quality, number>> = { live: 0, unavailable: 1, stale: 2, unread: 3 };

/** The worst of some qualities; live for none. */
export function worst(qualities: readonly Quality[]): Quality {
  return qualities.reduce<Quality>((a, b) => (RANK[b] > RANK[a] ? b : a), "live");
}

/** The age of the oldest of some figures; null where none has one. */
export function oldest(figures: readonly Pick<Figure, "age">[]): number | null {
  return figures.reduce<number | null>(
    (found, { age }) => (age !== null && (found === null || age > found) ? age : found),
    null,
  );
}

/** A figure's number while it is live; null for anything else. */
export function liveNumber(figure: Figure | undefined): number | null {
  return figure?.quality === "live" && typeof figure.value === "number" ? figure.value : null;
}
