/** Which page the address names, without reloading. */
import { signal } from "@preact/signals";

export type Route =
  | { page: "overview" | "devices" | "loads" | "buses" | "commissioning" | "workshop" | "services" | "missing" }
  | { page: "device"; address: number; load: number | null };

const PAGES = ["devices", "loads", "buses", "commissioning", "workshop", "services"] as const;

export function parse(path: string, query = ""): Route {
  const clean = path.replace(/\/+$/, "") || "/";
  if (clean === "/") return { page: "overview" };
  const device = /^\/devices\/(\d{1,3})$/.exec(clean);
  if (device) return { page: "device", address: Number(device[1]), load: loadOf(query) };
  const page = PAGES.find((name) => clean === `/${name}`);
  return { page: page ?? "missing" };
}

function loadOf(query: string): number | null {
  const text = new URLSearchParams(query).get("load");
  return text !== null && /^\d{1,2}$/.test(text) ? Number(text) : null;
}

function here(): Route {
  return typeof location === "undefined"
    ? { page: "overview" }
    : parse(location.pathname, location.search);
}

export const route = signal<Route>(here());

/** Go to a page of ours; `replace` keeps one step of history, for tabs inside a page. */
export function navigate(href: string, replace = false): void {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  route.value = here();
  if (!replace) scrollTo(0, 0);
}

/** Whether a click means "go there" and not "open elsewhere". */
export function isPlainClick(event: MouseEvent): boolean {
  const { button, metaKey, ctrlKey, shiftKey, altKey, defaultPrevented } = event;
  return button === 0 && !(metaKey || ctrlKey || shiftKey || altKey || defaultPrevented);
}

export function follow(): void {
  addEventListener("popstate", () => {
    route.value = here();
  });
}
