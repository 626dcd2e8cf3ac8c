import { abortReason } from "@cardwire/core";

interface Waiter<Owner> {
  readonly owner: Owner;
  enter(): void;
}

/**
 * One reader's calls, one at a time, whoever makes them: a reader does one thing at a time anyway, and a call that waits
 * for another program's transaction then blocks one thread and no more.
 *
 * A transaction of one's own holds the lane. The calls of others wait here and not in the resource manager: they can be
 * aborted, and there is always a thread left for the call that ends the transaction.
 */
export class ReaderLane<Owner> {
  #holder: Owner | undefined;
  #busy = false;
  #waiters: Waiter<Owner>[] = [];

  /** Runs a call as soon as the reader is free for its owner. The signal ends the wait, not the call. */
  async run<Value>(owner: Owner, call: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    const isNext = this.#holder === owner || (this.#holder === undefined && this.#waiters.length === 0);
    if (this.#busy || !isNext) await this.#wait(owner, signal);
    this.#busy = true;
    try {
      return await call();
    } finally {
      this.#busy = false;
      this.#letNext();
    }
  }

  /** From now on this owner's calls run, and no other's. Called from within a call of the owner's. */
  hold(owner: Owner): void {
    this.#holder = owner;
  }

  /** Lets go, if this owner holds it. */
  release(owner: Owner): void {
    if (this.#holder !== owner) return;
    this.#holder = undefined;
    this.#letNext();
  }

  #isFreeFor(owner: Owner): boolean {
    return this.#holder === undefined || this.#holder === owner;
  }

  #wait(owner: Owner, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      const abort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        if (signal !== undefined) reject(abortReason(signal));
      };
      const waiter: Waiter<Owner> = {
        owner,
        enter: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.push(waiter);
      this.#letNext();
    });
  }

  #letNext(): void {
    if (this.#busy) return;
    const next = this.#waiters.findIndex(({ owner }) => this.#isFreeFor(owner));
    const [waiter] = next < 0 ? [] : this.#waiters.splice(next, 1);
    if (waiter === undefined) return;
    // nobody may come in between: the waiter runs a moment later only
    this.#busy = true;
    waiter.enter();
  }
}
