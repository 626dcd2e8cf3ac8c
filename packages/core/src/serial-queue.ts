import { abortReason } from "./abort.ts";

interface Waiter {
  start(): void;
  reject(error: Error): void;
  next: Waiter | undefined;
}

/**
 * Runs asynchronous operations one at a time, in the order in which they came: what keeps the commands of one
 * connection from crossing. An operation that finds the queue empty is started at once and costs one promise.
 */
export class SerialQueue {
  #running = false;
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #closed: Error | undefined;
  #idle: (() => void)[] = [];

  /** True while an operation runs or waits. */
  get busy(): boolean {
    return this.#running;
  }

  /**
   * Runs an operation after all that came before, and gives its outcome.
   *
   * @param signal takes the operation out of the queue while it waits, and rejects with its reason. Once the operation
   * runs the signal is the operation's own business; the queue waits for its end whatever happens.
   */
  run<Value>(operation: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (signal?.aborted === true) return Promise.reject(abortReason(signal));
    if (this.#running) return this.#wait(operation, signal);
    return this.#start(operation);
  }

  /** Resolves when nothing runs and nothing waits any more: at once when it is so already. */
  idle(): Promise<void> {
    return this.#running ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  /**
   * Rejects what waits, and everything that comes, with this error. What runs goes on to its end. The first call
   * counts.
   */
  close(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    let waiter = this.#first;
    this.#first = this.#last = undefined;
    for (; waiter !== undefined; waiter = waiter.next) waiter.reject(error);
  }

  #start<Value>(operation: () => Promise<Value>): Promise<Value> {
    this.#running = true;
    let outcome: Promise<Value>;
    try {
      outcome = operation();
    } catch (error) {
      outcome = Promise.resolve().then(() => {
        throw error;
      });
    }
    return outcome.then(this.#passValue, this.#passError);
  }

  // one function for all operations: no closure per command
  readonly #passValue = <Value>(value: Value): Value => {
    this.#startNext();
    return value;
  };

  readonly #passError = (error: unknown): never => {
    this.#startNext();
    throw error;
  };

  #startNext(): void {
    const waiter = this.#first;
    if (waiter === undefined) {
      this.#running = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#first = waiter.next;
    if (waiter.next === undefined) this.#last = undefined;
    waiter.start();
  }

  #wait<Value>(operation: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#remove(waiter);
        if (signal !== undefined) reject(abortReason(signal));
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener("abort", abort);
          resolve(this.#start(operation));
        },
        reject: (error) => {
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
        next: undefined,
      };
      signal?.addEventListener("abort", abort, { once: true });
      if (this.#last === undefined) this.#first = waiter;
      else this.#last.next = waiter;
      this.#last = waiter;
    });
  }

  #remove(waiter: Waiter): void {
    let before: Waiter | undefined;
    for (let found = this.#first; found !== undefined; before = found, found = found.next) {
      if (found !== waiter) continue;
      if (before === undefined) this.#first = found.next;
      else before.next = found.next;
      if (this.#last === found) this.#last = before;
      return;
    }
  }
}
