/** Orders to the gateway: one entry of its table of commands, or why it was refused. */
import type { Session } from "./api";

const API = "/api/v1";

export type Outcome = { done: true } | { done: false; denied: boolean; reason: string };

/** Order something; the reason of a refusal is the gateway's own words. */
export async function order(name: string, given: Record<string, unknown>): Promise<Outcome> {
  return outcomeOf(() => send("POST", `/commands/${name}`, given));
}

/** Send something that changes something, with the token that only a page of the gateway can know. */
export async function send(method: "POST" | "DELETE", path: string, given: unknown = {}): Promise<Response> {
  const session = await ask<Session>("/session");
  return fetch(`${API}${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-CSRF-Token": session?.csrf ?? "" },
    body: JSON.stringify(given),
  });
}

/** What a GET of the API answers; null where it does not. */
export async function ask<T>(path: string): Promise<T | null> {
  try {
    const answer = await fetch(`${API}${path}`, { cache: "no-store" });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null;
  }
}

async function outcomeOf(sent: () => Promise<Response>): Promise<Outcome> {
  try {
    const answer = await sent();
    if (answer.ok) return { done: true };
    const { error } = (await answer.json()) as { error: { message: string } };
    return { done: false, denied: answer.status === 401 || answer.status === 403, reason: error.message };
  } catch (error) {
    return { done: false, denied: false, reason: String(error) };
  }
}
