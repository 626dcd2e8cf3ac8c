import type { Clock } from "../clock.ts";

interface VirtualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** How to make a {@link VirtualClock}. */
export interface VirtualClockOptions {
  /** Lets promises that are ready run; 250 turns of the microtask queue when absent. */
  readonly drain?: () => Promise<void>;
}

async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 250; turn++) await Promise.resolve();
}

/** A clock that stands until it is moved. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<VirtualTimer>();
  readonly #drain: () => Promise<void>;
  #nowMs = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#drain = options.drain ?? microtasks;
  }

  now(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer: VirtualTimer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, in milliseconds from now; `undefined` without one. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  /** Moves the clock without letting a promise run: timers fire in the order in which they are due. */
  advanceSync(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    while (this.#fireNext(untilMs));
    this.#nowMs = untilMs;
  }

  /** Moves the clock and lets promises run before, between and after the timers. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await this.#drain();
    while (this.#fireNext(untilMs)) await this.#drain();
    this.#nowMs = untilMs;
  }

  #fireNext(untilMs: number): boolean {
    const next = this.#next();
    if (next === undefined || next.dueMs > untilMs) return false;
    this.#timers.delete(next);
    this.#nowMs = next.dueMs;
    next.callback();
    return true;
  }

  #next(): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    // a set keeps the order of insertion: of two that are due together the older fires first
    for (const timer of this.#timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    return next;
  }
}
