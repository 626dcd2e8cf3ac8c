import { type Clock, systemClock } from "@cardwire/core";

/** The host's time, counting the timers that wait. */
export class CountingClock implements Clock {
  /** Timers that have neither run nor been cancelled. */
  waiting = 0;

  now(): number {
    return systemClock.now();
  }

  schedule(delayMs: number, callback: () => void): () => void {
    this.waiting++;
    let isOver = false;
    const over = (): void => {
      if (!isOver) this.waiting--;
      isOver = true;
    };
    const cancel = systemClock.schedule(delayMs, () => {
      over();
      callback();
    });
    return () => {
      over();
      cancel();
    };
  }
}
