import { VirtualClock } from "@cardwire/core/testing";

/** A clock that lets every promise that is ready run, however long the chain, before it moves. */
export function patientClock(): VirtualClock {
  return new VirtualClock({ drain: () => new Promise((resolve) => setImmediate(resolve)) });
}

/** How a promise ended. */
export type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

/**
 * Moves the clock from timer to timer until the promise has ended.
 *
 * @throws when it hangs: nothing is left to wait for, or it takes longer than the limit.
 */
export async function settle<Value>(
  clock: VirtualClock,
  promise: Promise<Value>,
  limitMs = 600_000,
): Promise<Outcome<Value>> {
  let outcome: Outcome<Value> | undefined;
  promise.then(
    (value) => (outcome = { value }),
    (error: unknown) => (outcome = { error }),
  );
  const startMs = clock.now();
  for (;;) {
    await clock.advance(0);
    if (outcome !== undefined) return outcome;
    const nextMs = clock.nextInMs;
    if (nextMs === undefined) throw new Error("it hangs: no timer is left that could end it");
    if (clock.now() + nextMs - startMs > limitMs) throw new Error(`it hangs for more than ${limitMs} ms`);
    await clock.advance(nextMs);
  }
}
