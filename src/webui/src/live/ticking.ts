/** Seconds since the page was opened, renewed each second while somebody looks. */
import { signal } from "@preact/signals";

const read = () => performance.now() / 1000;

export const now = signal(read());

/** The exact second, for noting when something came in. */
export const instant = read;

export function tick(): void {
  setInterval(() => {
    if (!document.hidden) now.value = read();
  }, 1000);
  document.addEventListener("visibilitychange", () => {
    now.value = read();
  });
}
