/** The live stream: read, watched for silence, and opened again when it breaks.
 *
 * `fetch` instead of EventSource: it shows the heartbeat's bytes, so a cable that was pulled is
 * noticed, and the status of a refusal.
 */
import { pause } from "./backoff";
import { eventReader, type ServerEvent } from "./sse";

/** Seconds without a byte after which the line counts as dead; the heartbeat comes each 15 s. */
const DEAF_AFTER = 35;

export interface Listener {
  opened(): void;
  heard(event: ServerEvent): void;
  /** The link is lost; the next try comes in `retryIn` seconds. */
  lost(retryIn: number): void;
}

export class Stream {
  readonly #listener: Listener;
  #run: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Follow this address from now on instead of the former one. */
  open(url: string): void {
    this.#run?.abort();
    this.#run = new AbortController();
    void this.#keep(url, this.#run.signal);
  }

  /** Follow nothing any more. */
  close(): void {
    this.#run?.abort();
    this.#run = null;
  }

  /** Try at once if a pause is on: the network came back or the visitor did. */
  hurry(): void {
    this.#wake?.();
  }

  async #keep(url: string, stopped: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopped.aborted) {
      const served = await this.#read(url, stopped);
      if (stopped.aborted) return;
      failures = served ? 1 : failures + 1;
      const seconds = pause(failures, Math.random());
      this.#listener.lost(seconds);
      await this.#sleep(seconds, stopped);
    }
  }

  /** Read one connection to its end; true if it ever served. */
  async #read(url: string, stopped: AbortSignal): Promise<boolean> {
    const deaf = new AbortController();
    const signal = AbortSignal.any([stopped, deaf.signal]);
    let timer = setTimeout(() => deaf.abort(), DEAF_AFTER * 1000);
    let served = false;
    try {
      const headers = { Accept: "text/event-stream" };
      const response = await fetch(url, { headers, signal, cache: "no-store" });
      if (!response.ok || !response.body) return false;
      this.#listener.opened();
      served = true;
      const read = eventReader();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return served;
        clearTimeout(timer);
        timer = setTimeout(() => deaf.abort(), DEAF_AFTER * 1000);
        if (stopped.aborted) return served;
        for (const event of read(value)) this.#listener.heard(event);
      }
    } catch {
      return served; // unreachable, broken off or deaf: all the same to the visitor
    } finally {
      clearTimeout(timer);
    }
  }

  #sleep(seconds: number, stopped: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopped.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      stopped.addEventListener("abort", done);
      this.#wake = done;
    });
  }
}
