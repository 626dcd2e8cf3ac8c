import type { Clock } from "@cardwire/core";

/**
 * The promise's outcome, or a rejection with `error()` when it takes longer. What runs behind the promise goes on; its
 * late outcome is dropped.
 */
export function within<Value>(
  clock: Clock,
  timeoutMs: number,
  error: () => Error,
  promise: Promise<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeoutMs, () => {
      reject(error());
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
