/** Time as a component takes it, so that tests can move it by hand. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** Hosts keep a timer's delay in 31 bits, and fire at once for more. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** The host's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(
      () => {
        if (delayMs <= LONGEST_TIMER_MS) callback();
        else cancel = systemClock.schedule(delayMs - LONGEST_TIMER_MS, callback);
      },
      Math.min(delayMs, LONGEST_TIMER_MS),
    );
    let cancel = (): void => {
      clearTimeout(timer);
    };
    return () => {
      cancel();
    };
  },
};
