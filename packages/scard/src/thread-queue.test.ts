import { VirtualClock } from "@cardwire/core/testing";
import { expect, test } from "vitest";
import { ThreadQueue } from "./thread-queue.ts";
import { LocalThreads } from "./threads.ts";

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

test("calls get threads in the order in which they came", async () => {
  const queue = new ThreadQueue(new LocalThreads(3), new VirtualClock());
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((number) => queue.run(() => Promise.resolve(order.push(number)))));
  expect(order).toEqual([1, 2, 3]);
});

test("a thread that somebody else gives back is found by looking", async () => {
  const clock = new VirtualClock();
  const threads = new LocalThreads(4);
  expect([threads.take("call"), threads.take("call")]).toEqual([true, true]);
  const queue = new ThreadQueue(threads, clock);
  let done = false;
  const call = queue.run(() => {
    done = true;
    return Promise.resolve();
  });
  await clock.advance(1_000);
  expect(done).toBe(false);
  threads.giveBack("call");
  await clock.advance(100);
  await call;
  expect([done, clock.pending]).toEqual([true, 0]);
});

test("a wait for a thread can be aborted, and leaves no timer", async () => {
  const clock = new VirtualClock();
  const queue = new ThreadQueue(new LocalThreads(3), clock);
  void queue.run(forever);
  const aborter = new AbortController();
  const waiting = queue.run(() => Promise.reject(new Error("ran")), aborter.signal);
  await clock.advance(10);
  aborter.abort();
  await expect(waiting).rejects.toBe(aborter.signal.reason);
  await expect(queue.run(forever, aborter.signal)).rejects.toBe(aborter.signal.reason);
  expect(clock.pending).toBe(0);
});
