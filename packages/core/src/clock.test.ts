import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { delay, systemClock, untilAborted } from "./index.ts";
import { VirtualClock } from "./testing.ts";

describe("systemClock", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("calls back once, and not when cancelled", () => {
    const fired = vi.fn();
    systemClock.schedule(10, fired);
    const cancel = systemClock.schedule(10, fired);
    cancel();
    vi.advanceTimersByTime(50);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits longer than a host's timer can", () => {
    const month = 31 * 24 * 3_600_000;
    const fired = vi.fn();
    systemClock.schedule(month, fired);
    const cancel = systemClock.schedule(month, fired);
    vi.advanceTimersByTime(month - 1);
    expect(fired).not.toHaveBeenCalled();
    cancel();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("delay", () => {
  it("waits, or ends with the signal's reason and no timer", async () => {
    const clock = new VirtualClock();
    const aborter = new AbortController();
    const short = delay(clock, 10, aborter.signal);
    const long = delay(clock, 20, aborter.signal);
    long.catch(() => undefined);
    await clock.advance(10);
    await short;
    aborter.abort(new Error("enough"));
    await expect(long).rejects.toThrow("enough");
    await expect(delay(clock, 1, aborter.signal)).rejects.toThrow("enough");
    expect(clock.pending).toBe(0);
  });
});

describe("untilAborted", () => {
  it("gives the promise's outcome", async () => {
    const { signal } = new AbortController();
    const promise = Promise.resolve(1);
    expect(untilAborted(promise, undefined)).toBe(promise);
    expect(await untilAborted(promise, signal)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  it("ends with the signal's reason, and drops what comes later", async () => {
    const aborter = new AbortController();
    let fail!: (error: Error) => void;
    const waiting = untilAborted(new Promise((_, reject) => (fail = reject)), aborter.signal);
    aborter.abort("a reason need not be an error");
    await expect(waiting).rejects.toBe("a reason need not be an error");
    fail(new Error("too late"));
    await expect(untilAborted(Promise.resolve(), aborter.signal)).rejects.toBe("a reason need not be an error");
  });
});
