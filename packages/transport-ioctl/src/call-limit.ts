import type { Clock } from "@cardwire/core";

/** Somebody who has at most one call under way. */
export interface LimitedCaller {
  /** When the call under way was made, in ticks of the limit; `undefined` without one. */
  sinceTick: number | undefined;
}

/** A tick is this part of the limit: by so much a call can be found out late. */
const TICKS = 10;

/**
 * Notices a call that is not answered within a limit. Calls are counted in ticks of one timer, which runs on only while
 * there are calls: a timer of its own, or a place in a set, would cost more than the fastest calls do.
 */
export class CallLimit {
  readonly #callers = new Set<LimitedCaller>();
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #expired: () => void;
  #tick = 0;
  #used = false;
  #stopped = false;
  #cancel: (() => void) | undefined;

  /** @param expired called once, with the first call that is over the limit. */
  constructor(clock: Clock, limitMs: number, expired: () => void) {
    this.#clock = clock;
    this.#tickMs = limitMs / TICKS;
    this.#expired = expired;
  }

  add(caller: LimitedCaller): void {
    this.#callers.add(caller);
  }

  delete(caller: LimitedCaller): void {
    this.#callers.delete(caller);
  }

  /** A call is made; it is over when the caller's `sinceTick` is `undefined` again. */
  begin(caller: LimitedCaller): void {
    caller.sinceTick = this.#tick;
    this.#used = true;
    if (this.#cancel === undefined && !this.#stopped) this.#schedule();
  }

  /** Watches no longer, whatever is begun from now on. */
  stop(): void {
    this.#stopped = true;
    this.#callers.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    this.#cancel = this.#clock.schedule(this.#tickMs, () => {
      this.#cancel = undefined;
      this.#tick++;
      let oldest = this.#tick;
      let running = false;
      for (const { sinceTick } of this.#callers) {
        if (sinceTick === undefined) continue;
        running = true;
        oldest = Math.min(oldest, sinceTick);
      }
      if (this.#tick - oldest > TICKS) {
        this.stop();
        this.#expired();
      } else if (running || this.#used) this.#schedule();
      this.#used = false;
    });
  }
}
