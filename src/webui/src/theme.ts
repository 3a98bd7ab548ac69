/** Light, dark, or as the system says. */
import { effect, signal } from "@preact/signals";

import { keep, kept } from "./keeping";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(kept("theme", THEMES) ?? "auto");

effect(() => {
  if (typeof document === "undefined") return;
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export function paint(chosen: Theme): void {
  theme.value = chosen;
  keep("theme", chosen);
}
