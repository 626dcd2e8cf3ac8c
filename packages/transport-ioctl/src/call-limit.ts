import type { Clock } from "@cardwire/core";

/** A call that has to be answered. */
export interface LimitedCall {
  /** When it was made, in ticks of the limit. */
  sinceTick: number;
}

/** A tick is this part of the limit: by so much a call can be found out late. */
const TICKS = 10;

/**
 * Notices a call that is not answered within a limit. Calls are counted in ticks of one timer, which runs on only while
 * there are calls: a timer of its own would cost more than the fastest calls do.
 */
export class CallLimit {
  readonly #calls = new Set<LimitedCall>();
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #expired: () => void;
  #tick = 0;
  #used = false;
  #cancel: (() => void) | undefined;

  /** @param expired called once, with the first call that is over the limit. */
  constructor(clock: Clock, limitMs: number, expired: () => void) {
    this.#clock = clock;
    this.#tickMs = limitMs / TICKS;
    this.#expired = expired;
  }

  begin(call: LimitedCall): void {
    call.sinceTick = this.#tick;
    this.#calls.add(call);
    this.#used = true;
    if (this.#cancel === undefined) this.#schedule();
  }

  end(call: LimitedCall): void {
    this.#calls.delete(call);
  }

  /** Watches no longer. */
  stop(): void {
    this.#calls.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    this.#cancel = this.#clock.schedule(this.#tickMs, () => {
      this.#cancel = undefined;
      this.#tick++;
      for (const { sinceTick } of this.#calls)
        if (this.#tick - sinceTick > TICKS) {
          this.stop();
          this.#expired();
          return;
        }
      if (this.#calls.size > 0 || this.#used) this.#schedule();
      this.#used = false;
    });
  }
}
