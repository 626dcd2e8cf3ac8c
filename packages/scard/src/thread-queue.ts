import { abortReason, type Clock } from "@cardwire/core";
import { type ScardThreads } from "./threads.ts";

/** How often to ask again for a thread that somebody else in the process uses. */
const POLL = { firstMs: 2, longestMs: 50 };

/** Lets calls have a thread in the order in which they came. */
export class ThreadQueue {
  readonly #threads: ScardThreads;
  readonly #clock: Clock;
  #waiters: (() => void)[] = [];
  #stopPolling: (() => void) | undefined;

  constructor(threads: ScardThreads, clock: Clock) {
    this.#threads = threads;
    this.#clock = clock;
  }

  /** Makes a call as soon as there is a thread for it. The signal ends the wait, not the call. */
  async run<Value>(call: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (this.#waiters.length > 0 || !this.#threads.take("call")) await this.#wait(signal);
    try {
      return await call();
    } finally {
      this.#threads.giveBack("call");
      this.#letNext();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== enter);
        if (this.#waiters.length === 0) this.#stopPolling?.();
        if (signal !== undefined) reject(abortReason(signal));
      };
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.push(enter);
      if (this.#waiters.length === 1) this.#poll(POLL.firstMs);
    });
  }

  #letNext(): void {
    while (this.#waiters.length > 0 && this.#threads.take("call")) this.#waiters.shift()?.();
    if (this.#waiters.length === 0) this.#stopPolling?.();
  }

  /** Other threads and other copies do not tell when they give one back. */
  #poll(delayMs: number): void {
    this.#stopPolling = this.#clock.schedule(delayMs, () => {
      this.#letNext();
      if (this.#waiters.length > 0) this.#poll(Math.min(delayMs * 2, POLL.longestMs));
    });
  }
}
