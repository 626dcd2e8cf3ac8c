/** What a thread is wanted for: a wait for changes, or a call that may wait for somebody's transaction. */
export type ThreadUse = "wait" | "call";

/**
 * The threads of the host's pool, as far as they may be blocked. The pool is one for a whole process, with all its worker
 * threads and all copies of this package: whoever blocks the last thread of it keeps the program from reading its files,
 * and from ending the very transaction that everybody waits for.
 */
export interface ScardThreads {
  /** True when a thread may be used so, until it is given back. */
  take(use: ThreadUse): boolean;
  giveBack(use: ThreadUse): void;
}

/** The size of the host's pool unless it is told otherwise (libuv's UV_THREADPOOL_SIZE). */
export const DEFAULT_POOL_SIZE = 4;

/**
 * How many threads may be used at once: beside them one is left, for who holds a transaction and for everybody else. A
 * pool too small for that has none to wait with.
 */
export function threadLimits(poolSize: number): Readonly<Record<ThreadUse, number>> {
  const wait = poolSize > 2 ? 1 : 0;
  return { wait, call: Math.max(1, poolSize - wait - 1) };
}

/** Threads that nobody else counts. */
export class LocalThreads implements ScardThreads {
  readonly #limits: Readonly<Record<ThreadUse, number>>;
  readonly #used: Record<ThreadUse, number> = { wait: 0, call: 0 };

  constructor(poolSize: number = DEFAULT_POOL_SIZE) {
    this.#limits = threadLimits(poolSize);
  }

  take(use: ThreadUse): boolean {
    if (this.#used[use] >= this.#limits[use]) return false;
    this.#used[use]++;
    return true;
  }

  giveBack(use: ThreadUse): void {
    this.#used[use]--;
  }
}
