import { SmartCardError } from "@cardwire/core";
import { expect, test } from "vitest";
import { FakeContext } from "../test/fake-context.ts";
import { type TapEvent, tapEvents, taps } from "./taps.ts";
import type { Tap } from "./tap.ts";

// ISO/IEC 14443-4 type A with one historical byte (a DESFire), and ISO/IEC 7816-3's shortest answer to reset
const DESFIRE = "3B8180018080";
const CONTACT = "3B00";
const UID = { FFCA000000: "04A1B2C3D4E5809000" };

function text(event: TapEvent): string {
  return "reader" in event ? `${event.type} ${event.reader}` : event.type;
}

async function take<Event>(events: AsyncIterator<Event, undefined>, count: number): Promise<Event[]> {
  const taken: Event[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

async function first(context: FakeContext): Promise<{ tap: Tap; end: () => Promise<unknown> }> {
  const stream = taps({ context });
  const [tap] = await take(stream, 1);
  return { tap: tap!, end: () => stream.return() };
}

test("nothing happens before the first tap is asked for", () => {
  const context = new FakeContext();
  taps({ context });
  expect(context.watching).toBe(0);
});

test("a tap has reader, answer to reset, UID and what the card is", async () => {
  const context = new FakeContext();
  context.insert("A", DESFIRE, UID);
  const { tap, end } = await first(context);
  expect(tap.reader).toBe("A");
  expect(tap.uid).toEqual(Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0x80));
  expect(tap.card).toMatchObject({ kind: "processor", interface: "contactless", certainty: "class" });
  expect(tap.problems).toEqual([]);
  expect(tap.ndef?.type).toBe(4);
  expect(tap.as("mifare-ultralight")).toBeUndefined();
  await end();
  expect(context.calls).toEqual(["connect A shared", "A begin", "A FFCA000000", "A end leave", "A disconnect leave"]);
});

test("a contact card is asked nothing, and connected to when it is first used", async () => {
  const context = new FakeContext();
  context.insert("A", CONTACT, { "00A40000": "9000" });
  const { tap, end } = await first(context);
  expect(tap.card).toMatchObject({ kind: "processor", interface: "contact" });
  expect(context.calls).toEqual([]);
  expect(await tap.transmit(Uint8Array.of(0x00, 0xa4, 0x00, 0x00))).toEqual(Uint8Array.of(0x90, 0x00));
  await end();
  expect(context.calls).toEqual(["connect A shared", "A 00A40000", "A disconnect leave"]);
});

test("a card that refuses its UID arrives all the same", async () => {
  const context = new FakeContext();
  context.insert("A", DESFIRE, { FFCA000000: "6A81" });
  const { tap, end } = await first(context);
  expect(tap.uid).toBeUndefined();
  expect(tap.problems).toMatchObject([{ step: "uid", error: { name: "StatusWordError", sw: 0x6a81 } }]);
  await end();
});

test("a card that another program holds arrives, and can be had when it is free", async () => {
  const context = new FakeContext();
  context.connectError = new SmartCardError("sharing-violation", "held", {
    rawCode: 0x8010000b,
    symbol: "SCARD_E_SHARING_VIOLATION",
  });
  context.insert("A", DESFIRE, UID);
  const { tap, end } = await first(context);
  expect(tap.problems).toMatchObject([{ step: "connect", error: { responseCode: "sharing-violation" } }]);
  context.connectError = undefined;
  expect(await tap.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0))).toHaveLength(9);
  await end();
});

test("a mute card, and an answer to reset that is none, arrive as unknown cards", async () => {
  const context = new FakeContext();
  context.insert("A", "");
  context.insert("B", "FFFF");
  const stream = taps({ context });
  for (const tap of await take(stream, 2))
    expect(tap.card).toMatchObject({ name: "unknown card", kind: "unknown", certainty: "none" });
  await stream.return();
});

test("events tell of readers, cards and the service, each in its turn", async () => {
  const context = new FakeContext();
  const stream = tapEvents({ context });
  context.emit({ type: "reader-attached", readerName: "A" });
  context.insert("A", DESFIRE, UID);
  context.remove("A");
  context.emit({ type: "reader-detached", readerName: "A" }, { type: "service-lost" }, { type: "service-restored" });
  context.emit({ type: "reader-attached", readerName: "A" });
  expect((await take(stream, 7)).map(text)).toEqual([
    "reader-attached A",
    "tap A",
    "card-removed A",
    "reader-detached A",
    "service-lost",
    "service-restored",
    "reader-attached A",
  ]);
  await stream.return();
});

test("a card that is slow to answer does not hold up other readers", async () => {
  const context = new FakeContext();
  let open = (): void => undefined;
  context.gate = new Promise((resolve) => (open = resolve));
  const stream = tapEvents({ context });
  context.insert("slow", DESFIRE, UID);
  context.insert("quick", CONTACT);
  expect((await take(stream, 1)).map(text)).toEqual(["tap quick"]);
  open();
  expect((await take(stream, 1)).map(text)).toEqual(["tap slow"]);
  await stream.return();
});

test("a card taken away while it is asked who it is arrives, gone", async () => {
  const context = new FakeContext();
  context.gate = new Promise(() => undefined);
  const stream = tapEvents({ context });
  context.insert("A", DESFIRE, UID);
  context.remove("A");
  const [arrival, departure] = await take(stream, 2);
  expect(arrival).toMatchObject({
    type: "tap",
    tap: { problems: [{ step: "connect", error: { responseCode: "removed-card" } }] },
  });
  expect(departure).toMatchObject({ type: "card-removed" });
  if (arrival?.type !== "tap") return;
  expect(arrival.tap.gone.aborted).toBe(true);
  await expect(arrival.tap.transmit(Uint8Array.of(0))).rejects.toMatchObject({ responseCode: "removed-card" });
  await stream.return();
});

test("only the readers that are wanted are looked at", async () => {
  for (const reader of ["B", /^B$/g, (name: string) => name === "B"]) {
    const context = new FakeContext();
    context.insert("A", CONTACT);
    context.insert("B", CONTACT);
    context.insert("B2", CONTACT);
    context.emit({ type: "service-lost" });
    const stream = tapEvents({ context, reader });
    expect((await take(stream, 2)).map(text)).toEqual(["tap B", "service-lost"]);
    await stream.return();
  }
});

test("the signal ends the iteration without an error, and lets go of every card", async () => {
  const context = new FakeContext();
  const stopper = new AbortController();
  context.insert("A", DESFIRE, UID);
  const seen: Tap[] = [];
  for await (const tap of taps({ context, signal: stopper.signal })) {
    seen.push(tap);
    stopper.abort();
  }
  expect(seen).toHaveLength(1);
  await expect.poll(() => context.openConnections).toBe(0);
  expect(seen[0]?.gone.aborted).toBe(true);
  expect(context.calls).not.toContain("close");
});

test("a signal that was aborted before ends at once", async () => {
  const context = new FakeContext();
  expect(await take(taps({ context, signal: AbortSignal.abort() }), 1)).toEqual([]);
  expect(context.watching).toBe(0);
});

test("break and await using end it too", async () => {
  const context = new FakeContext();
  context.insert("A", DESFIRE, UID);
  for await (const tap of taps({ context })) {
    expect(tap.uid).toBeDefined();
    break;
  }
  expect(context.openConnections).toBe(0);
  context.insert("A", DESFIRE, UID);
  {
    await using stream = taps({ context });
    await take(stream, 1);
    expect(context.openConnections).toBe(1);
  }
  expect(context.openConnections).toBe(0);
});

test("a failure of the context is thrown, after what came before it", async () => {
  const context = new FakeContext();
  context.insert("A", CONTACT);
  const stream = taps({ context });
  expect(await take(stream, 1)).toHaveLength(1);
  context.fail(new Error("broken"));
  await expect(stream.next()).rejects.toThrow("broken");
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("of 1,000 taps over a service that restarts, none is lost, none doubled, and nothing stays open", async () => {
  const context = new FakeContext();
  const stream = tapEvents({ context });
  const readers = ["A", "B", "C"];
  const expected = new Map(readers.map((reader): [string, string[]] => [reader, []]));
  for (let number = 0; number < 1000; number++) {
    const reader = readers[number % readers.length]!;
    const uid = number.toString(16).padStart(8, "0").toUpperCase();
    context.insert(reader, DESFIRE, { FFCA000000: `${uid}9000` });
    context.remove(reader);
    // some are gone before they could be asked
    expected.get(reader)!.push("tap", "card-removed");
    if (number % 100 === 99) context.emit({ type: "service-lost" }, { type: "service-restored" });
  }
  const seen = new Map(readers.map((reader): [string, string[]] => [reader, []]));
  let restarts = 0;
  for (const event of await take(stream, 2020)) {
    if ("reader" in event) seen.get(event.reader)!.push(event.type);
    else if (event.type === "service-restored") restarts++;
  }
  expect(seen).toEqual(expected);
  expect(restarts).toBe(10);
  await stream.return();
  expect(context.openConnections).toBe(0);
});

test("a closed tap stays closed", async () => {
  const context = new FakeContext();
  context.insert("A", DESFIRE, UID);
  const { tap, end } = await first(context);
  await tap.close();
  await tap.close();
  expect(context.openConnections).toBe(0);
  await expect(tap.transmit(Uint8Array.of(0))).rejects.toMatchObject({ name: "InvalidStateError" });
  await end();
});
