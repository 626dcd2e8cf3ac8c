import { type CardwireError, isCardwireError, SmartCardError } from "@cardwire/core";
import { loadTag, type TagDump } from "@cardwire/virtual";
import { classic1kWithNdef, ntag213WithText, type4WithUri } from "@cardwire/virtual/samples";
import { expect, test } from "vitest";
import { FakeContext } from "../test/fake-context.ts";
import type { Tap } from "./tap.ts";
import { taps } from "./taps.ts";
import { createVirtualReader } from "./virtual-reader.ts";

/** What somebody reads who has gone wrong. */
async function told(dump: TagDump, wrong: (tap: Tap) => Promise<unknown>): Promise<CardwireError> {
  await using reader = createVirtualReader({ tags: [loadTag(dump)] });
  for await (const tap of taps({ context: reader.context }))
    try {
      await wrong(tap);
      break;
    } catch (error) {
      if (isCardwireError(error)) return error;
      throw error;
    }
  throw new Error("nothing was wrong");
}

const ntag = (change: (memory: Uint8Array) => void): TagDump => {
  const dump = ntag213WithText();
  const memory = dump.memory.slice();
  change(memory);
  return { ...dump, memory };
};

test("a message that is too long", async () => {
  const error = await told(ntag213WithText(), async ({ ndef }) => ndef?.write("x".repeat(200)));
  expect(error.message).toBe("the message has 207 bytes, and the tag holds 137");
  expect(error).toMatchObject({ code: "TOO_SMALL", fault: "caller" });
});

test("a tag that is read-only", async () => {
  const dump = ntag((memory) => void (memory[15] = 0x0f));
  const error = await told(dump, async ({ ndef }) => ndef?.write("x"));
  expect(error.message).toBe("the tag is read-only, and stays so");
});

test("a tag that is not formatted", async () => {
  const dump = ntag((memory) => memory.fill(0, 12, 16));
  const error = await told(dump, async ({ ndef }) => ndef?.write("x"));
  expect(error.message).toBe("the tag is not formatted for NDEF: format it first");
});

test("a tag that cannot be formatted", async () => {
  const dump = ntag((memory) => memory.set([0xf1, 0x10, 0xff, 0xee], 12));
  const error = await told(dump, async ({ ndef }) => ndef?.format());
  expect(error.message).toBe("page 3 holds something else than NDEF, and its bits cannot be cleared");
});

test("a password that nobody gave, and a wrong one", async () => {
  const dump = ntag((memory) => {
    memory[0x29 * 4 + 3] = 4; // AUTH0
    memory[0x2a * 4] = 0x80; // PROT
  });
  const unread = await told(dump, async ({ ndef }) => ndef?.read());
  expect(unread.message).toBe("the tag's NDEF cannot be read without its password or key");
  const wrong = await told(dump, async (tap) => tap.as("mifare-ultralight")?.authenticate(new Uint8Array(4)));
  expect(wrong).toMatchObject({ code: "WRONG_KEY", fault: "caller" });
});

test("a sector whose key nobody knows", async () => {
  const dump = classic1kWithNdef();
  const memory = dump.memory.slice();
  memory.fill(0x42, 63 * 16, 63 * 16 + 6);
  memory.fill(0x42, 63 * 16 + 10, 64 * 16);
  const error = await told({ ...dump, memory }, async (tap) => tap.as("mifare-classic")?.readBlock(60));
  expect(error.message).toBe("no known key opens sector 15");
  expect(error).toMatchObject({ code: "KEY_REFUSED", fault: "caller" });
});

test("a Type 4 tag that is sealed", async () => {
  const dump = type4WithUri();
  const container = dump.container.slice();
  container[14] = 0xff;
  const error = await told({ ...dump, container }, async ({ ndef }) => ndef?.write("x"));
  expect(error).toMatchObject({ code: "READ_ONLY" });
});

test("a card that is pulled", async () => {
  await using reader = createVirtualReader({ tags: [loadTag(ntag213WithText())] });
  for await (const tap of taps({ context: reader.context })) {
    reader.field.remove();
    await expect.poll(() => tap.gone.aborted).toBe(true);
    const reading = tap.ndef?.read();
    await expect(reading).rejects.toMatchObject({ responseCode: "removed-card", fault: "card" });
    await expect(reading).rejects.toThrow(/removed/);
    break;
  }
});

test("a card that another program holds", async () => {
  const context = new FakeContext();
  context.connectError = new SmartCardError("sharing-violation", "reader A: another program uses the card", {
    rawCode: 0x8010000b,
    symbol: "SCARD_E_SHARING_VIOLATION",
  });
  context.insert("A", "3B8180018080");
  for await (const tap of taps({ context })) {
    expect(tap.problems).toMatchObject([{ step: "connect", error: { symbol: "SCARD_E_SHARING_VIOLATION" } }]);
    await expect(tap.ndef?.read()).rejects.toThrow("another program uses the card");
    break;
  }
});

test("no reader at all is no error: one is waited for", async () => {
  const stop = new AbortController();
  const context = new FakeContext();
  expect(await context.listReaders()).toEqual([]);
  const iterating = taps({ context, signal: stop.signal }).next();
  stop.abort();
  expect(await iterating).toEqual({ done: true, value: undefined });
});
