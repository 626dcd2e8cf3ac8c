import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SerialQueue } from "./index.ts";

function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

describe("SerialQueue", () => {
  it("starts the first operation at once, and each other when the one before has ended", async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    const first = deferred<string>();
    const a = queue.run(() => {
      log.push("a starts");
      return first.promise;
    });
    const b = queue.run(() => {
      log.push("b starts");
      return Promise.resolve("b");
    });
    expect(log).toEqual(["a starts"]);
    expect(queue.busy).toBe(true);
    first.resolve("a");
    expect([await a, await b]).toEqual(["a", "b"]);
    expect(log).toEqual(["a starts", "b starts"]);
    expect(queue.busy).toBe(false);
  });

  it("is free again before the caller goes on", async () => {
    const queue = new SerialQueue();
    await queue.run(() => Promise.resolve());
    expect(queue.busy).toBe(false);
  });

  it("goes on after operations that reject or throw", async () => {
    const queue = new SerialQueue();
    const rejected = queue.run(() => Promise.reject(new Error("rejected")));
    const thrown = queue.run(() => {
      throw new Error("thrown");
    });
    const fine = queue.run(() => Promise.resolve("fine"));
    await expect(rejected).rejects.toThrow("rejected");
    await expect(thrown).rejects.toThrow("thrown");
    await expect(fine).resolves.toBe("fine");
  });

  it("lets a signal take a waiter out, and leaves what runs alone", async () => {
    const queue = new SerialQueue();
    const first = deferred<string>();
    const aborter = new AbortController();
    const running = queue.run(() => first.promise, aborter.signal);
    let started = false;
    const waiting = queue.run(() => {
      started = true;
      return Promise.resolve();
    }, aborter.signal);
    const last = queue.run(() => Promise.resolve("last"));
    aborter.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(queue.run(() => Promise.resolve(), aborter.signal)).rejects.toThrow("enough");
    first.resolve("first");
    expect([await running, await last]).toEqual(["first", "last"]);
    expect(started).toBe(false);
  });

  it("rejects waiters and newcomers once closed, with the first error, and lets what runs finish", async () => {
    const queue = new SerialQueue();
    const first = deferred<string>();
    const running = queue.run(() => first.promise);
    const waiting = [queue.run(() => Promise.resolve()), queue.run(() => Promise.resolve())];
    const error = new Error("closed");
    queue.close(error);
    queue.close(new Error("again"));
    for (const promise of waiting) await expect(promise).rejects.toBe(error);
    await expect(queue.run(() => Promise.resolve())).rejects.toBe(error);
    first.resolve("first");
    await expect(running).resolves.toBe("first");
    expect(queue.busy).toBe(false);
  });

  it("tells when it is idle", async () => {
    const queue = new SerialQueue();
    await queue.idle();
    const first = deferred<string>();
    void queue.run(() => first.promise);
    void queue.run(() => Promise.resolve());
    let idle = false;
    const told = queue.idle().then(() => (idle = true));
    await Promise.resolve();
    expect(idle).toBe(false);
    first.resolve("first");
    await told;
    expect(queue.busy).toBe(false);
  });

  it("keeps order and loses nothing, whatever is aborted or fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("fine", "fails", "throws", "aborted"), { maxLength: 30 }),
        async (plan) => {
          const queue = new SerialQueue();
          const started: number[] = [];
          let running = 0;
          const outcomes = plan.map((kind, index) => {
            const aborter = new AbortController();
            const outcome = queue
              .run(() => {
                expect(running++).toBe(0);
                started.push(index);
                if (kind === "throws") {
                  running--;
                  throw new Error(kind);
                }
                return Promise.resolve().then(() => {
                  running--;
                  if (kind === "fails") throw new Error(kind);
                });
              }, aborter.signal)
              .then(
                () => "fine",
                (error: unknown) => (error as Error).message,
              );
            if (kind === "aborted") aborter.abort(new Error(kind));
            return outcome;
          });
          const expected = plan.map((kind, index) => (kind === "aborted" && index === 0 ? "fine" : kind));
          expect(await Promise.all(outcomes)).toEqual(expected);
          const runs = plan.flatMap((kind, index) => (kind === "aborted" && index > 0 ? [] : [index]));
          expect(started).toEqual(runs);
          expect(queue.busy).toBe(false);
        },
      ),
    );
  });
});
