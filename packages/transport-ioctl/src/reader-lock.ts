import { abortReason } from "@cardwire/core";

interface Waiter<Owner> {
  readonly owner: Owner;
  /** True: wants to hold it. False: only waits until nobody else does. */
  readonly holds: boolean;
  grant(): void;
  reject(error: Error): void;
}

/** The transaction lock of one reader, handed on in the order in which it was asked for. */
export class ReaderLock<Owner> {
  #holder: Owner | undefined;
  #waiters: Waiter<Owner>[] = [];

  get holder(): Owner | undefined {
    return this.#holder;
  }

  /** True when this owner may use the reader now. */
  isFreeFor(owner: Owner): boolean {
    return this.#holder === undefined || this.#holder === owner;
  }

  /** Holds it, as soon as nobody else does. Aborting gives up the wait, and rejects with the signal's reason. */
  acquire(owner: Owner, signal?: AbortSignal): Promise<void> {
    return this.#ask(owner, true, signal);
  }

  /** Resolves when nobody else holds it. */
  whenFree(owner: Owner, signal?: AbortSignal): Promise<void> {
    return this.#ask(owner, false, signal);
  }

  /** Gives what this owner holds to another, past all who wait. False when it does not hold it. */
  handOver(owner: Owner, heir: Owner): boolean {
    if (this.#holder !== owner) return false;
    this.#holder = heir;
    return true;
  }

  /** Lets go, if this owner holds it. */
  release(owner: Owner): void {
    if (this.#holder !== owner) return;
    this.#holder = undefined;
    this.#grant();
  }

  /** The owner is no more: its waits are rejected, and what it holds is released. */
  dismiss(owner: Owner, error: Error): void {
    const own = this.#waiters.filter((waiter) => waiter.owner === owner);
    this.#waiters = this.#waiters.filter((waiter) => waiter.owner !== owner);
    for (const waiter of own) waiter.reject(error);
    if (this.#holder === owner) this.release(owner);
    else this.#grant();
  }

  #ask(owner: Owner, holds: boolean, signal: AbortSignal | undefined): Promise<void> {
    // those who wait, wait for this very owner
    if (!holds && this.isFreeFor(owner)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        if (signal !== undefined) reject(abortReason(signal));
        this.#grant();
      };
      const waiter: Waiter<Owner> = {
        owner,
        holds,
        grant() {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
        reject(error) {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.push(waiter);
      this.#grant();
    });
  }

  #grant(): void {
    for (;;) {
      const [first] = this.#waiters;
      if (first === undefined || !this.isFreeFor(first.owner)) return;
      this.#waiters.shift();
      if (first.holds) this.#holder = first.owner;
      first.grant();
    }
  }
}
