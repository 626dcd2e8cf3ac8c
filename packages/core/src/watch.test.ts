import { describe, expect, it } from "vitest";
import { FakeReaders } from "../test/fake-readers.ts";
import { SmartCardError, type SmartCardEvent, SmartCardOtherError, watchReaders } from "./index.ts";
import { VirtualClock } from "./testing.ts";

const ATR = [0x3b, 0x00];
const OTHER_ATR = [0x3b, 0x01, 0x42];

function text(event: SmartCardEvent | undefined): string {
  if (event === undefined) return "end";
  if (!("readerName" in event)) return event.type;
  const count = "eventCount" in event ? ` #${event.eventCount}` : "";
  const atr = "answerToReset" in event ? ` ${event.answerToReset.join(".")}` : "";
  return `${event.type} ${event.readerName}${count}${atr}`;
}

function noService(): SmartCardError {
  return new SmartCardError("no-service", "gone", { rawCode: 0x8010001d, symbol: "SCARD_E_NO_SERVICE" });
}

function setUp() {
  const readers = new FakeReaders();
  const clock = new VirtualClock();
  const aborter = new AbortController();
  const iterator = watchReaders(readers, { signal: aborter.signal, clock });
  const events: string[] = [];
  /** Everything that has happened since the last call. */
  const happened = async (advanceMs = 0): Promise<string[]> => {
    await clock.advance(advanceMs);
    return events.splice(0);
  };
  const ended = (async () => {
    for await (const event of iterator) events.push(text(event));
  })();
  ended.catch(() => undefined);
  return { readers, clock, aborter, iterator, happened, ended };
}

describe("watchReaders", () => {
  it("begins with what is already there", async () => {
    const readers = new FakeReaders();
    readers.attach("A");
    readers.attach("B");
    readers.insert("B", ATR);
    const iterator = watchReaders(readers);
    expect(readers.calls).toEqual([]);
    const seen = [];
    for (let n = 0; n < 3; n++) seen.push(text((await iterator.next()).value));
    expect(seen).toEqual(["reader-attached A", "reader-attached B", "card-inserted B #1 59.0"]);
    await iterator.return!();
    expect(readers.waiting).toBe(0);
  });

  it("reports readers and cards that come and go", async () => {
    const { readers, happened, aborter, ended, clock } = setUp();
    expect(await happened()).toEqual([]);
    readers.attach("A");
    expect(await happened()).toEqual(["reader-attached A"]);
    readers.insert("A", ATR);
    expect(await happened()).toEqual(["card-inserted A #1 59.0"]);
    readers.remove("A");
    expect(await happened()).toEqual(["card-removed A #2"]);
    readers.insert("A", ATR);
    readers.detach("A");
    expect(await happened()).toEqual(["card-inserted A #3 59.0", "card-removed A #4", "reader-detached A"]);
    aborter.abort();
    await ended;
    expect([readers.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("reports a card that was taken away and laid down again unseen as two events", async () => {
    const { readers, happened } = setUp();
    readers.attach("A");
    readers.insert("A", ATR);
    await happened();
    readers.remove("A", false);
    readers.insert("A", ATR);
    expect(await happened()).toEqual(["card-removed A #2", "card-inserted A #3 59.0"]);
  });

  it("counts across the end of the sixteen bits", async () => {
    const { readers, happened } = setUp();
    readers.attach("A").count = 0xfffe;
    readers.insert("A", ATR);
    expect(await happened()).toEqual(["reader-attached A", "card-inserted A #65535 59.0"]);
    readers.remove("A", false);
    readers.insert("A", ATR, false);
    readers.remove("A", false);
    readers.insert("A", OTHER_ATR);
    expect(await happened()).toEqual(["card-removed A #2", "card-inserted A #3 59.1.66"]);
  });

  it("tells an exchanged card by its answer to reset where there are no counters", async () => {
    const { readers, happened } = setUp();
    readers.counts = false;
    readers.attach("A");
    readers.insert("A", ATR);
    await happened();
    readers.insert("A", OTHER_ATR, false);
    readers.change(() => (readers.readers.get("A")!.flags = { inuse: true }));
    expect(await happened()).toEqual(["card-removed A #65535", "card-inserted A #0 59.1.66"]);
  });

  it("reports nothing when programs merely use a card", async () => {
    const { readers, happened } = setUp();
    readers.attach("A");
    readers.insert("A", ATR);
    await happened();
    readers.calls = [];
    readers.change(() => (readers.readers.get("A")!.flags = { inuse: true }));
    readers.change(() => (readers.readers.get("A")!.flags = { exclusive: true }));
    readers.change(() => (readers.readers.get("A")!.flags = {}));
    expect(await happened()).toEqual([]);
    expect(readers.calls.filter((call) => call === "listReaders")).toEqual([]);
  });

  it("inserts a mute card with an empty answer to reset, once", async () => {
    const { readers, happened } = setUp();
    readers.attach("A");
    readers.readers.get("A")!.flags = { mute: true };
    readers.insert("A", []);
    expect(await happened()).toEqual(["reader-attached A", "card-inserted A #1 "]);
    readers.change(() => {
      readers.readers.get("A")!.flags = {};
      readers.readers.get("A")!.atr = Uint8Array.from(ATR);
    });
    expect(await happened()).toEqual([]);
  });

  it("takes the card of an unavailable reader for gone, and the reader for attached", async () => {
    const { readers, happened } = setUp();
    readers.attach("A");
    readers.insert("A", ATR);
    await happened();
    readers.change(() => (readers.readers.get("A")!.flags = { unavailable: true, present: false }));
    expect(await happened()).toEqual(["card-removed A #1"]);
    readers.change(() => (readers.readers.get("A")!.flags = {}));
    expect(await happened()).toEqual(["card-inserted A #1 59.0"]);
  });

  it("survives a reader that vanishes between list and look", async () => {
    const { readers, happened, clock } = setUp();
    readers.attach("A");
    const listReaders = readers.listReaders.bind(readers);
    let lies = 2;
    readers.listReaders = () => (lies-- > 0 ? Promise.resolve(["A", "ghost"]) : listReaders());
    expect(await happened()).toEqual(["reader-attached A", "reader-attached ghost"]);
    expect(await happened(1000)).toEqual(["reader-detached ghost"]);
    expect(clock.pending).toBe(0);
  });

  it("detaches everything when the service is lost, and finds it again", async () => {
    const { readers, happened, clock } = setUp();
    readers.attach("A");
    readers.attach("B");
    readers.insert("A", ATR);
    await happened();
    readers.change(() => (readers.failure = noService()));
    expect(await happened()).toEqual(["card-removed A #2", "reader-detached A", "reader-detached B", "service-lost"]);
    readers.calls = [];
    expect(await happened(60_000)).toEqual([]);
    // 250, 500, 1000, 2000, 4000 ms, then every 5 s
    expect(readers.calls.length).toBeGreaterThanOrEqual(14);
    expect(readers.calls.length).toBeLessThanOrEqual(16);
    readers.failure = undefined;
    expect(await happened(5_000)).toEqual([
      "service-restored",
      "reader-attached A",
      "reader-attached B",
      "card-inserted A #1 59.0",
    ]);
    expect(clock.pending).toBe(0);
  });

  it("says so when the service is not there to begin with", async () => {
    const { readers, happened, aborter, ended, clock } = setUp();
    readers.failure = new SmartCardOtherError("InvalidStateError", "stopped", {
      rawCode: 0x8010001e,
      symbol: "SCARD_E_SERVICE_STOPPED",
    });
    expect(await happened()).toEqual(["service-lost"]);
    aborter.abort();
    await ended;
    expect(clock.pending).toBe(0);
  });

  it("polls a resource manager that never waits", async () => {
    const { readers, happened } = setUp();
    readers.waits = false;
    readers.attach("A");
    await happened();
    readers.calls = [];
    await happened(10_000);
    expect(readers.calls.length).toBeLessThan(60);
    readers.insert("A", ATR);
    expect(await happened(250)).toEqual(["card-inserted A #1 59.0"]);
  });

  it("ends when the context is closed", async () => {
    const { readers, happened, ended } = setUp();
    readers.attach("A");
    await happened();
    readers.change(() => (readers.failure = readers.closed()));
    await ended;
  });

  it("throws what it cannot understand, after the events that were there before", async () => {
    const readers = new FakeReaders();
    readers.attach("A");
    const iterator = watchReaders(readers);
    expect(text((await iterator.next()).value)).toBe("reader-attached A");
    const next = iterator.next();
    readers.change(() => (readers.failure = new Error("broken")));
    await expect(next).rejects.toThrow("broken");
    await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
  });

  it("keeps events for a slow consumer", async () => {
    const readers = new FakeReaders();
    const clock = new VirtualClock();
    const iterator = watchReaders(readers, { clock });
    const first = iterator.next();
    readers.attach("A");
    await first;
    readers.insert("A", ATR);
    await clock.advance(0);
    readers.remove("A");
    await clock.advance(0);
    readers.insert("A", OTHER_ATR);
    await clock.advance(0);
    const seen = [];
    for (let n = 0; n < 3; n++) seen.push(text((await iterator.next()).value));
    expect(seen).toEqual(["card-inserted A #1 59.0", "card-removed A #2", "card-inserted A #3 59.1.66"]);
    await iterator.return!();
  });

  it("ends waiting calls on return, and is done from then on", async () => {
    const readers = new FakeReaders();
    const iterator = watchReaders(readers);
    const waiting = [iterator.next(), iterator.next()];
    await iterator.return!();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(readers.waiting).toBe(0);
  });

  it("does nothing at all with a signal that is aborted already, or when it is never asked", async () => {
    const readers = new FakeReaders();
    const aborted = watchReaders(readers, { signal: AbortSignal.abort() });
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    const unused = watchReaders(readers);
    await unused.return!();
    expect(await unused.next()).toEqual({ done: true, value: undefined });
    expect(readers.calls).toEqual([]);
  });

  it("leaves no listener on the caller's signal", async () => {
    const readers = new FakeReaders();
    const aborter = new AbortController();
    let listeners = 0;
    const { signal } = aborter;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const iterator = watchReaders(readers, { signal });
    const next = iterator.next();
    expect(listeners).toBe(1);
    await iterator.return!();
    await next;
    expect(listeners).toBeLessThanOrEqual(0);
  });

  it("throws the error it is given by throw, after having ended", async () => {
    const readers = new FakeReaders();
    const iterator = watchReaders(readers);
    void iterator.next();
    await expect(iterator.throw!(new Error("enough"))).rejects.toThrow("enough");
    expect(readers.waiting).toBe(0);
  });
});
