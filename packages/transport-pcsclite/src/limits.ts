/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** What is asked of pcscd itself may take so long, however soon the caller wants to know that nothing has changed. */
const ANSWER_PATIENCE_MS = 500;

/** How long a caller is willing to wait, and what else ends the wait. */
export class Limits {
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #createTimeoutError: () => Error;
  #timeoutError: Error | undefined;

  /** @param timeoutMs undefined waits for ever. */
  constructor(timeoutMs: number | undefined, signal: AbortSignal | undefined, createTimeoutError: () => Error) {
    this.#deadline = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
    this.#signal = signal;
    this.#createTimeoutError = createTimeoutError;
  }

  /** Milliseconds until the caller's patience is over; Infinity when it has no end. */
  get leftMs(): number {
    return this.#deadline - performance.now();
  }

  /** The one error that says that the time is over. */
  get timeoutError(): Error {
    this.#timeoutError ??= this.#createTimeoutError();
    return this.#timeoutError;
  }

  /** What comes of the promise, the timeout error when that is too late, or the signal's reason. */
  until<Value>(promise: Promise<Value>): Promise<Value> {
    if (this.#deadline === Infinity && this.#signal === undefined) return promise;
    // nobody looks at what comes too late
    promise.catch(() => undefined);
    return this.#race(
      Math.max(this.leftMs, ANSWER_PATIENCE_MS),
      (resolve, reject) => {
        promise.then(resolve, reject);
        return () => undefined;
      },
      (_, reject) => {
        reject(this.timeoutError);
      },
    );
  }

  /** Resolves when it is called back, or after `atMostMs`. `subscribe` gives what cancels the subscription. */
  pause(atMostMs: number, subscribe: (callback: (error: Error | undefined) => void) => () => void): Promise<void> {
    return this.#race<undefined>(
      Math.min(this.leftMs, atMostMs),
      (resolve, reject) =>
        subscribe((error) => {
          if (error === undefined) resolve(undefined);
          else reject(error);
        }),
      (resolve) => {
        resolve(undefined);
      },
    );
  }

  #race<Value>(
    ms: number,
    start: (resolve: (value: Value) => void, reject: (error: Error) => void) => () => void,
    onTime: (resolve: (value: Value) => void, reject: (error: Error) => void) => void,
  ): Promise<Value> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const timer =
        ms === Infinity
          ? undefined
          : setTimeout(
              () => {
                leave();
                onTime(resolve, reject);
              },
              Math.min(Math.max(ms, 0), LONGEST_TIMER_MS),
            );
      const abort = (): void => {
        leave();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", abort, { once: true });
      let cancel = (): void => undefined;
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        cancel();
      };
      cancel = start(
        (value) => {
          leave();
          resolve(value);
        },
        (error) => {
          leave();
          reject(error);
        },
      );
    });
  }
}
