import { type Clock } from "./clock.ts";

/** What an aborted signal rejects with. Callers may abort with anything; it is passed on as it is. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason as Error;
}

/**
 * The promise's outcome, or the signal's reason as soon as it is aborted. What runs behind the promise goes on; its
 * late outcome is dropped.
 */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(abortReason(signal));
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", abort);
    });
  });
}

/** Resolves after `delayMs`. Aborting rejects with the signal's reason and leaves no timer behind. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortReason(signal));
      return;
    }
    const abort = (): void => {
      cancel();
      if (signal !== undefined) reject(abortReason(signal));
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
