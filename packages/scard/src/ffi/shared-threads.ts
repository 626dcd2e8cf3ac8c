import { systemClock } from "@cardwire/core";
import { type ScardThreads, threadLimits, type ThreadUse } from "../threads.ts";

/** Who takes part: every worker thread, and every copy of this package in it. */
const SLOTS = 64;
/** The words of a slot: taken or not, when it was heard of last in seconds, and what it uses. */
const WORDS = 4;
const TAKEN = 0;
const HEARD = 1;
const USED: Readonly<Record<ThreadUse, number>> = { wait: 2, call: 3 };
/** A worker thread that is terminated gives nothing back: what is not heard of for so long is no more. */
const SILENCE_S = 10;
const BEAT_MS = 3_000;

/** How many bytes the counts of a process have. Zeroes say that nobody is there. */
export const SHARED_THREADS_LENGTH: number = SLOTS * WORDS * 4;

/** The blocked threads of a process, counted in memory that all its worker threads and all copies see. */
export class SharedThreads implements ScardThreads {
  readonly #words: Int32Array;
  readonly #limits: Readonly<Record<ThreadUse, number>>;
  /** The first word of this one's slot. */
  readonly #own: number;
  #stopBeating: (() => void) | undefined;

  constructor(memory: ArrayBufferLike, poolSize: number) {
    this.#words = new Int32Array(memory, 0, SLOTS * WORDS);
    this.#limits = threadLimits(poolSize);
    this.#own = this.#enter();
  }

  take(use: ThreadUse): boolean {
    const own = this.#own + USED[use];
    const now = seconds();
    Atomics.store(this.#words, this.#own + HEARD, now);
    // counted first: of two who come at once both may be refused, but never both be let in
    Atomics.add(this.#words, own, 1);
    let used = 0;
    for (let slot = 0; slot < this.#words.length; slot += WORDS) {
      if (Atomics.load(this.#words, slot + TAKEN) === 0) break;
      const count = Atomics.load(this.#words, slot + USED[use]);
      if (count !== 0 && now - Atomics.load(this.#words, slot + HEARD) <= SILENCE_S) used += count;
    }
    if (used > this.#limits[use]) {
      Atomics.sub(this.#words, own, 1);
      return false;
    }
    this.#stopBeating ??= this.#beat();
    return true;
  }

  giveBack(use: ThreadUse): void {
    Atomics.sub(this.#words, this.#own + USED[use], 1);
    if (Atomics.load(this.#words, this.#own + USED.call) + Atomics.load(this.#words, this.#own + USED.wait) > 0) return;
    this.#stopBeating?.();
    this.#stopBeating = undefined;
  }

  /** Takes a slot that is free; the last one, which is then shared, when there is none. */
  #enter(): number {
    for (let slot = 0; slot < this.#words.length; slot += WORDS)
      if (Atomics.compareExchange(this.#words, slot + TAKEN, 0, 1) === 0) return slot;
    return this.#words.length - WORDS;
  }

  #beat(): () => void {
    return systemClock.schedule(BEAT_MS, () => {
      Atomics.store(this.#words, this.#own + HEARD, seconds());
      this.#stopBeating = this.#beat();
    });
  }
}

/** On a clock that all threads of a process read alike. */
function seconds(): number {
  return Math.floor(Date.now() / 1_000) | 0;
}
