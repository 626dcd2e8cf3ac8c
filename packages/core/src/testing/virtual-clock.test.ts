import { describe, expect, it } from "vitest";
import { delay } from "../index.ts";
import { VirtualClock } from "../testing.ts";

describe("VirtualClock", () => {
  it("fires timers in the order in which they are due, at their time", () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const note = (name: string) => () => log.push(`${name} ${clock.now()}`);
    clock.schedule(20, note("b"));
    clock.schedule(10, () => {
      note("a")();
      clock.schedule(5, note("nested"));
    });
    clock.schedule(20, note("c"));
    const cancel = clock.schedule(15, note("never"));
    clock.schedule(100, note("later"));
    cancel();
    expect([clock.pending, clock.nextInMs]).toEqual([4, 10]);
    clock.advanceSync(50);
    expect(log).toEqual(["a 10", "nested 15", "b 20", "c 20"]);
    expect([clock.now(), clock.pending, clock.nextInMs]).toEqual([50, 1, 50]);
    clock.advanceSync(50);
    expect(clock.nextInMs).toBeUndefined();
  });

  it("lets promises run between timers", async () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    void (async () => {
      for (let round = 0; round < 4; round++) {
        await delay(clock, 10);
        log.push(clock.now());
      }
    })();
    await clock.advance(35);
    expect(log).toEqual([10, 20, 30]);
  });

  it("drains as it is told", async () => {
    let drained = 0;
    const clock = new VirtualClock({
      drain: () => {
        drained++;
        return Promise.resolve();
      },
    });
    clock.schedule(1, () => undefined);
    await clock.advance(1);
    expect(drained).toBe(2);
  });
});
