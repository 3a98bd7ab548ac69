/** Who is logged in at this browser; anybody who is not is User (§11.1). */
import { computed, signal } from "@preact/signals";

import type { Session } from "./api";
import { ask, send } from "./ordering";

export const session = signal<Session | null>(null);

/** Whether the configuration is open to who looks at this page (§11.1). */
export const administers = computed(() => configures(session.value));

export function configures(who: Session | null): boolean {
  return who?.profile === "admin" || who?.profile === "cyber";
}

/** Where to log in, and to come back to the page that is open. */
export function loginPath(open: string): string {
  return `/login?next=${encodeURIComponent(open)}`;
}

/** Ask who we are: at the start, and whenever the link is opened anew, for the session may have ended. */
export async function meet(): Promise<void> {
  session.value = await ask<Session>("/session");
}

/** Log out, and go where one logs in. */
export async function leave(): Promise<void> {
  await send("DELETE", "/session");
  location.assign("/login");
}
