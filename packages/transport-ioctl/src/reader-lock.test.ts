import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReaderLock } from "./reader-lock.ts";

/** Lets what has been granted arrive. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe("ReaderLock", () => {
  it("is held by one, and waited for by the others in their order", async () => {
    const lock = new ReaderLock<string>();
    const log: string[] = [];
    await lock.acquire("a");
    const waits = [
      lock.acquire("b").then(() => log.push("b holds")),
      lock.whenFree("c").then(() => log.push("c passes")),
      lock.acquire("d").then(() => log.push("d holds")),
      lock.whenFree("a").then(() => log.push("a passes")),
    ];
    await settle();
    expect([lock.holder, log, lock.isFreeFor("a"), lock.isFreeFor("b")]).toEqual(["a", ["a passes"], true, false]);
    lock.release("b");
    expect(lock.holder).toBe("a");
    lock.release("a");
    await settle();
    expect(lock.holder).toBe("b");
    lock.release("b");
    await Promise.all(waits);
    expect([lock.holder, log]).toEqual(["d", ["a passes", "b holds", "c passes", "d holds"]]);
  });

  it("lets a waiter go with its signal, and those behind it on", async () => {
    const lock = new ReaderLock<string>();
    const aborter = new AbortController();
    await lock.acquire("a");
    const waiting = lock.acquire("b", aborter.signal);
    const behind = lock.whenFree("c");
    aborter.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(lock.acquire("b", aborter.signal)).rejects.toThrow("enough");
    lock.release("a");
    await behind;
    expect(lock.holder).toBeUndefined();
  });

  it("forgets who is dismissed", async () => {
    const lock = new ReaderLock<string>();
    await lock.acquire("a");
    const gone = lock.acquire("b");
    const next = lock.acquire("c");
    lock.dismiss("b", new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    lock.dismiss("a", new Error("gone too"));
    await next;
    expect(lock.holder).toBe("c");
  });

  it("can be handed over past those who wait", async () => {
    const lock = new ReaderLock<string>();
    await lock.acquire("a");
    const waiting = lock.acquire("b");
    expect([lock.handOver("b", "c"), lock.handOver("a", "c"), lock.holder]).toEqual([false, true, "c"]);
    lock.release("c");
    await waiting;
    expect(lock.holder).toBe("b");
  });

  it("never has two holders, and never leaves anybody waiting for nothing", async () => {
    const step = fc.record({
      owner: fc.constantFrom("a", "b", "c"),
      action: fc.constantFrom("acquire", "whenFree", "release", "abort", "dismiss"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const lock = new ReaderLock<string>();
        const waiting = new Set<string>();
        const aborters: AbortController[] = [];
        let id = 0;
        for (const { owner, action } of steps) {
          if (action === "acquire" && lock.holder === owner) continue;
          if (action === "release") lock.release(owner);
          else if (action === "dismiss") lock.dismiss(owner, new Error("dismissed"));
          else if (action === "abort") aborters.shift()?.abort();
          else {
            const aborter = new AbortController();
            aborters.push(aborter);
            const name = `${owner} ${id++}`;
            waiting.add(name);
            const done = (): unknown => waiting.delete(name);
            void lock[action](owner, aborter.signal).then(done, done);
          }
          await settle();
          for (const name of waiting) expect(lock.isFreeFor(name.slice(0, 1)) && lock.holder === undefined).toBe(false);
          if (lock.holder === undefined) expect(waiting.size).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
