import { type BytesSource, copyBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { isMifareClassicError, MifareClassic, type MifareClassicError, parseValueBlock } from "../index.ts";
import { classicCard, ndefCard } from "../../test/cards.ts";
import { siliconBench } from "@cardwire/core/testing";
import { mifareClassic } from "../family.ts";

const A = "A1A1A1A1A1A1";
const B = "B1B1B1B1B1B1";
const filled = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
const kinds = (air: readonly string[]): string[] => air.map((line) => line.replace(/^(auth . \d+) .*/, "$1"));

async function failure(promise: Promise<unknown>): Promise<MifareClassicError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isMifareClassicError(error)) throw error as Error;
  return error;
}

describe.each(["documented", "nfccx"] as const)("reading in profile %s", (profile) => {
  it("opens a sector once for all its blocks, and goes on with what a call before left open", async () => {
    const reader = siliconBench(mifareClassic, classicCard("1k"), profile);
    const card = new MifareClassic(reader, { size: "1k" });
    expect(toHex(await card.readBlock(4))).toBe("04".repeat(16));
    expect(toHex(await card.readBlock(5))).toBe("05".repeat(16));
    expect(kinds(reader.air)).toEqual(["auth a 4", "3004", "3005"]);
  });

  it("tries keys, and remembers what opened a sector for the others", async () => {
    const reader = siliconBench(mifareClassic, classicCard("1k", { 1: { a: A }, 2: { a: A } }), profile);
    const card = new MifareClassic(reader, { size: "1k", tryKeys: [fromHex("000000000000"), fromHex(A)] });
    await card.readBlock(4);
    await card.readBlock(8);
    expect(kinds(reader.air)).toEqual(["auth a 4", "reselect", "auth a 4", "3004", "auth a 8", "3008"]);
    expect([...card.keys].map(([sector, { a }]) => [sector, a && toHex(a)])).toEqual([
      [1, A],
      [2, A],
    ]);
  });

  it("reads with key B what key A may not, and knows it from the trailer", async () => {
    const conditions = { data: [5, 0, 7], trailer: 3 } as const;
    const reader = siliconBench(mifareClassic, classicCard("1k", { 1: { a: A, b: B, conditions } }), profile);
    const card = new MifareClassic(reader, { size: "1k", keys: new Map([[1, { a: fromHex(A), b: fromHex(B) }]]) });
    const sector = await card.readSector(1);
    expect(sector.blocks.map((block) => block && toHex(block.subarray(0, 2)))).toEqual([
      "0404",
      "0505",
      undefined,
      "0000",
    ]);
    expect(sector.conditions).toEqual(conditions);
    expect(kinds(reader.air)).toEqual(["auth a 4", "3007", "3005", "auth b 4", "3004"]);
    await expect(card.readBlock(6)).rejects.toMatchObject({ code: "KEY_REFUSED" });
  });

  it("gives what it could read of a card, and says what is missing", async () => {
    const reader = siliconBench(
      mifareClassic,
      classicCard("mini", { 2: { a: A, b: B }, 3: { conditions: { data: [7, 0, 0], trailer: 3 } } }),
      profile,
    );
    const card = new MifareClassic(reader, { size: "mini" });
    const progress: number[] = [];
    const memory = await card.readAll({ onProgress: (read) => progress.push(read) });
    expect(memory.missing).toEqual([8, 9, 10, 11, 12]);
    expect(progress).toEqual([1, 2, 3, 4, 5]);
    expect(toHex(memory.bytes.subarray(4 * 16, 5 * 16))).toBe("04".repeat(16));
    expect(toHex(memory.bytes.subarray(7 * 16, 8 * 16))).toBe("FFFFFFFFFFFFFF078069FFFFFFFFFFFF");
    expect((await failure(card.readSector(2))).code).toBe("KEY_REFUSED");
  });

  it("opens a sector anew that others have closed", async () => {
    const tag = classicCard("1k");
    const reader = siliconBench(mifareClassic, tag, profile);
    const card = new MifareClassic(reader, { size: "1k" });
    await card.readBlock(4);
    tag.select();
    expect(toHex(await card.readBlock(5))).toBe("05".repeat(16));
  });
});

describe("writing", () => {
  it("writes blocks, and makes sure of them", async () => {
    const tag = classicCard("1k");
    const reader = siliconBench(mifareClassic, tag);
    const card = new MifareClassic(reader, { size: "1k" });
    await card.writeBlock(4, filled(0xaa));
    expect(kinds(reader.air)).toEqual(["auth a 4", "A004", "AA".repeat(16), "3004"]);
    await card.writeBlock(5, filled(0xbb), { verify: false });
    expect(reader.air).toHaveLength(6);
    expect(toHex(tag.toImage().memory.subarray(64, 96))).toBe("AA".repeat(16) + "BB".repeat(16));
  });

  it("refuses trailers, block 0 and access bits that contradict themselves", () => {
    const card = new MifareClassic(siliconBench(mifareClassic, classicCard("1k")), { size: "1k" });
    expect(() => card.writeBlock(7, filled(0))).toThrow(/sector trailer/);
    expect(() => card.writeBlock(0, filled(0))).toThrow(/manufacturer/);
    expect(() => card.writeBlock(7, filled(0), { allowTrailer: true })).toThrow(/access bits/);
    expect(() => card.writeBlock(64, filled(0))).toThrow(/no block of a 1k card/);
    expect(() => card.writeBlock(4, new Uint8Array(15))).toThrow(/16 bytes/);
    expect(() => card.readSector(16)).toThrow(/no sector/);
    expect(() => card.increment(7, 1)).toThrow(/cannot hold a value/);
  });

  it.each(["documented", "nfccx"] as const)("tells that the card refused, in profile %s", async (profile) => {
    const conditions = { data: [2, 0, 0], trailer: 1 } as const;
    const reader = siliconBench(mifareClassic, classicCard("1k", { 1: { conditions } }), profile);
    const card = new MifareClassic(reader, { size: "1k" });
    const error = await failure(card.writeBlock(4, filled(1)));
    expect(error).toMatchObject({ code: "WRITE_INTERRUPTED", written: [], notWritten: [4], fault: "card" });
    expect(error.cause).toMatchObject({ code: "BLOCK_REFUSED", block: 4 });
    expect(toHex(await card.readBlock(4))).toBe("04".repeat(16));
  });

  it("does not take a reader's word for it", async () => {
    const transmit = (command: BytesSource): Promise<Uint8Array> =>
      Promise.resolve(fromHex(copyBytes(command)[1] === 0xb0 ? `${"00".repeat(16)}9000` : "9000"));
    const card = new MifareClassic({ transmit }, { size: "1k" });
    expect((await failure(card.writeBlock(4, filled(1)))).cause).toMatchObject({ code: "NOT_WRITTEN", block: 4 });
    await card.writeBlock(4, filled(1), { verify: false });
  });

  it("writes with key B where key A may not", async () => {
    const conditions = { data: [4, 4, 4], trailer: 3 } as const;
    const tag = classicCard("1k", { 1: { a: A, b: B, conditions } });
    const card = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" });
    card.setKeys(1, { a: fromHex(A), b: fromHex(B) });
    await card.writeBlock(4, filled(9));
    expect(toHex(tag.toImage().memory.subarray(64, 80))).toBe("09".repeat(16));
  });

  it.each([
    [1, [], [4, 5, 8]],
    [2, [], [4, 5, 8]],
    [4, [4], [5, 8]],
    [7, [4, 5], [8]],
  ])("reports a card pulled after %i exchanges", async (exchanges, written, notWritten) => {
    const reader = siliconBench(mifareClassic, classicCard("1k"));
    const card = new MifareClassic(reader, { size: "1k" });
    reader.pullAfter = exchanges;
    const error = await failure(card.writeBlocks([4, 5, 8].map((block) => ({ block, data: filled(block + 1) }))));
    expect(error).toMatchObject({ code: "WRITE_INTERRUPTED", written, notWritten });
  });

  it("writes a trailer and goes on with its keys", async () => {
    const card = new MifareClassic(siliconBench(mifareClassic, classicCard("1k")), { size: "1k" });
    await card.writeTrailer(1, {
      keyA: fromHex(A),
      keyB: fromHex(B),
      conditions: { data: [4, 4, 4], trailer: 3 },
    });
    await card.writeBlock(4, filled(3));
    expect((await card.readSector(1)).conditions?.trailer).toBe(3);
  });

  it("says when a trailer was not taken, and keeps the keys", async () => {
    const conditions = { data: [0, 0, 0], trailer: 6 } as const;
    const card = new MifareClassic(siliconBench(mifareClassic, classicCard("1k", { 1: { conditions } })), {
      size: "1k",
    });
    const trailer = { keyA: fromHex(A), keyB: fromHex(B), conditions: { data: [0, 0, 0], trailer: 1 } } as const;
    const error = await failure(card.writeTrailer(1, trailer));
    expect(error.cause).toMatchObject({ code: "BLOCK_REFUSED" });
    expect(toHex(await card.readBlock(4))).toBe("04".repeat(16));
  });
});

describe.each(["documented", "nfccx"] as const)("value blocks in profile %s", (profile) => {
  it("are written, counted, copied and read", async () => {
    const tag = classicCard("1k");
    const card = new MifareClassic(siliconBench(mifareClassic, tag, profile), { size: "1k" });
    await card.writeValue(5, { value: 100 });
    await card.increment(5, 20);
    await card.decrement(5, 50);
    expect(await card.readValue(5)).toEqual({ value: 70, address: 5 });
    await card.copyValue(5, 6);
    expect(parseValueBlock(tag.toImage().memory.slice(96, 112))).toEqual({ value: 70, address: 5 });
    expect((await failure(card.readValue(4))).code).toBe("NOT_A_VALUE");
  });

  it("are counted with the key that the conditions name, and once only", async () => {
    const conditions = { data: [6, 1, 2], trailer: 3 } as const;
    const tag = classicCard("1k", { 1: { a: A, b: B, conditions } });
    const reader = siliconBench(mifareClassic, tag, profile);
    const card = new MifareClassic(reader, { size: "1k", keys: new Map([[1, { a: fromHex(A), b: fromHex(B) }]]) });
    const error = await failure(card.increment(4, 1));
    expect(error).toMatchObject({ code: "BLOCK_REFUSED", block: 4, sector: 1 });
    expect(kinds(reader.air).slice(0, 4)).toEqual(["auth a 4", "3007", "auth b 4", "C104"]);
    expect((await failure(card.increment(6, 1))).code).toBe("BLOCK_REFUSED");
    expect(() => card.copyValue(4, 8)).toThrow(/different sectors/);
    expect(() => card.increment(4, -1)).toThrow(/no step/);
  });
});

describe("NDEF", () => {
  it("is found through the directory, and no more is read than is needed", async () => {
    const reader = siliconBench(mifareClassic, ndefCard("1k", [1, 2], "0306D1010255016DFE"));
    const card = new MifareClassic(reader, { size: "1k" });
    expect((await card.readMad())?.aids.get(2)).toBe(0x03e1);
    expect(toHex((await card.ndef.readBytes())!)).toBe("D1010255016D");
    expect(kinds(reader.air).slice(-3)).toEqual(["auth a 4", "3007", "3004"]);
  });

  it("is written over the sector boundary, and beyond sector 16 of a 4K", async () => {
    const reader = siliconBench(mifareClassic, ndefCard("4k", [15, 17, 18]));
    const card = new MifareClassic(reader, { size: "4k" });
    const message = new Uint8Array(120).map((_, index) => index);
    await card.ndef.writeBytes(message);
    expect(await card.ndef.readBytes()).toEqual(message);
    await card.ndef.writeBytes(new Uint8Array(0));
    expect(await card.ndef.readBytes()).toEqual(new Uint8Array(0));
  });

  it("leaves no half message when the card is pulled", async () => {
    const message = new Uint8Array(40).map((_, index) => index);
    let complete = false;
    for (let exchanges = 0; !complete; exchanges++) {
      const tag = ndefCard("1k", [1, 2], "0303D00000FE");
      const reader = siliconBench(mifareClassic, tag);
      reader.pullAfter = exchanges;
      const outcome = await new MifareClassic(reader, { size: "1k" }).ndef.writeBytes(message).then(
        () => "written",
        () => "pulled",
      );
      complete = outcome === "written";
      const after = await new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" }).ndef.readBytes();
      const text = toHex(after!);
      expect(["D00000", "", toHex(message)]).toContain(text);
      if (complete) expect(text).toBe(toHex(message));
    }
  });

  it("is made of a blank card as Android and libfreefare make it", async () => {
    const tag = classicCard("1k");
    const { ndef } = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" });
    await ndef.format();
    const block = (number: number) => toHex(tag.toImage().memory.subarray(number * 16, number * 16 + 16));
    expect(block(1) + block(2)).toBe("140103E103E103E103E103E103E103E103E103E103E103E103E103E103E103E1");
    expect(block(3)).toBe("A0A1A2A3A4A5787788C1FFFFFFFFFFFF");
    expect(block(4)).toBe("0300FE" + "00".repeat(13));
    for (let sector = 1; sector < 16; sector++) expect(block(sector * 4 + 3)).toBe("D3F7D3F7D3F77F078840FFFFFFFFFFFF");
    expect(await ndef.state()).toEqual({
      type: "mifare-classic",
      status: "empty",
      version: "1.0",
      messageBytes: 0,
      capacityBytes: 716,
      readAccess: "open",
      writeAccess: "open",
    });
  });

  it.each([
    ["mini", 190],
    ["2k", 1436],
    ["4k", 3356],
  ] as const)("fills a %s, which holds %i bytes", async (size, capacityBytes) => {
    const tag = classicCard(size);
    const card = new MifareClassic(siliconBench(mifareClassic, tag), { size });
    await card.ndef.format();
    expect(await card.ndef.state()).toMatchObject({ status: "empty", capacityBytes });
    const message = Uint8Array.from({ length: capacityBytes }, (_, index) => index % 251);
    await card.ndef.writeBytes(message);
    const other = new MifareClassic(siliconBench(mifareClassic, tag), { size });
    expect(await other.ndef.readBytes()).toEqual(message);
    const air = siliconBench(mifareClassic, tag);
    await expect(
      new MifareClassic(air, { size }).ndef.writeBytes(new Uint8Array(capacityBytes + 1)),
    ).rejects.toMatchObject({ code: "TOO_SMALL", capacityBytes });
    expect(air.air.filter((line) => line.startsWith("A0"))).toEqual([]);
    if (size !== "4k") return;
    const mad2 = toHex(tag.toImage().memory.subarray(64 * 16, 67 * 16));
    expect(mad2).toBe("E801" + "03E1".repeat(23));
  });

  it("is not made of a card whose keys are not known, or that others use", async () => {
    const locked = classicCard("1k", { 7: { a: A, b: B } });
    const before = locked.toImage().memory;
    await expect(
      new MifareClassic(siliconBench(mifareClassic, locked), { size: "1k" }).ndef.format(),
    ).rejects.toMatchObject({ code: "NOT_FORMATTABLE", message: "no known key opens sector 7" });
    expect(locked.toImage().memory).toEqual(before);
  });

  it("is sealed for ever, as AN1304 has it", async () => {
    const tag = ndefCard("1k", [1, 2], "0303D00000FE");
    const card = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" });
    await card.ndef.makeReadOnly();
    for (const block of [7, 11])
      expect(toHex(tag.toImage().memory.subarray(block * 16, block * 16 + 16))).toBe(
        "D3F7D3F7D3F7078F0F43FFFFFFFFFFFF",
      );
    expect(await card.ndef.state()).toMatchObject({ status: "message", writeAccess: "read-only" });
    await expect(card.ndef.writeBytes(new Uint8Array(0))).rejects.toMatchObject({ code: "READ_ONLY" });
    await expect(card.writeBlock(4, filled(1))).rejects.toMatchObject({ code: "WRITE_INTERRUPTED" });
    // a card that was pulled while it was sealed is sealed by another go
    await card.ndef.makeReadOnly();
  });

  it("behind other keys it is protected, and with them it is not", async () => {
    const tag = classicCard("1k");
    const maker = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" });
    await maker.ndef.format();
    await maker.writeTrailer(1, {
      keyA: fromHex(A),
      keyB: fromHex(B),
      conditions: { data: [0, 0, 0], trailer: 3 },
      generalPurposeByte: 0x40,
    });
    const { ndef } = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k" });
    expect(await ndef.state()).toMatchObject({ status: "empty", readAccess: "protected" });
    await expect(ndef.read()).rejects.toMatchObject({ code: "PROTECTED", fault: "caller" });
    const keys = new Map([[1, { a: fromHex(A) }]]);
    const keyed = new MifareClassic(siliconBench(mifareClassic, tag), { size: "1k", keys });
    expect(await keyed.ndef.read()).toEqual({ records: [] });
  });

  it("is not there without a directory", async () => {
    const card = new MifareClassic(siliconBench(mifareClassic, classicCard("1k")), { size: "1k" });
    expect(await card.readMad()).toBeUndefined();
    expect(await card.ndef.readBytes()).toBeUndefined();
    await expect(card.ndef.writeBytes(new Uint8Array(0))).rejects.toMatchObject({ code: "NOT_FORMATTED" });
  });
});

it("gives up on a signal, and queues calls", async () => {
  const reader = siliconBench(mifareClassic, classicCard("1k"));
  const card = new MifareClassic(reader, { size: "1k" });
  const controller = new AbortController();
  const reading = card.readAll({ signal: controller.signal, onProgress: () => controller.abort() });
  const block = card.readBlock(8);
  await expect(reading).rejects.toThrow();
  expect(toHex(await block)).toBe("08".repeat(16));
});
