import { fromHex, toHex } from "@cardwire/core";
import { siliconBench } from "@cardwire/core/testing";
import { expect, it } from "vitest";
import { felica } from "./family.ts";
import { FelicaTag } from "./felica-tag.ts";
import { LITE_BLOCK } from "./lite-blocks.ts";
import { parseType3Attributes } from "./type3-attributes.ts";
import type { FelicaImage } from "./virtual-image.ts";
import { createFelicaTag, type FelicaTag as FelicaSilicon } from "./virtual-tag.ts";

const IDM = "02FE000000000001";
const URI = fromHex("D1011255046578616D706C652E636F6D2F613F623D31");
/** A formatted and empty Lite; the same during a write; with a message of 22 bytes; made read-only while it was empty. */
const EMPTY = "100401000D0000000000010000000023";
const WRITING = "100401000D000000000F010000000032";
const WRITTEN = "100401000D0000000000010000160039";
const SEALED = "100401000D0000000000000000000022";

function lite(blocks: Readonly<Record<number, string>>, kind: "lite" | "lite-s" = "lite"): FelicaSilicon {
  return createFelicaTag({
    kind,
    idm: fromHex(IDM),
    pmm: fromHex(kind === "lite" ? "00F0000000014300" : "00F1000000014300"),
    blocks: new Map(Object.entries(blocks).map(([block, hex]) => [Number(block), fromHex(hex.padEnd(32, "0"))])),
  });
}

function open(silicon: FelicaSilicon) {
  const bench = siliconBench(felica, silicon);
  return { bench, ndef: new FelicaTag(bench).ndef };
}

const writesOf = (air: readonly string[]): string[] => air.filter((line) => line.startsWith("2008"));

it("a message is written as nfcpy writes it: flag, blocks, length and flag", async () => {
  const silicon = lite({ 0: EMPTY });
  const { bench, ndef } = open(silicon);
  expect(await ndef.state()).toEqual({
    type: 3,
    status: "empty",
    version: "1.0",
    messageBytes: 0,
    capacityBytes: 208,
    readAccess: "open",
    writeAccess: "open",
  });
  await ndef.writeBytes(URI);
  expect(writesOf(bench.air)).toEqual([
    `2008${IDM}010900018000${WRITING}`,
    `2008${IDM}010900018001D1011255046578616D706C652E636F6D`,
    `2008${IDM}0109000180022F613F623D3100000000000000000000`,
    `2008${IDM}010900018000${WRITTEN}`,
  ]);
  expect(await open(silicon).ndef.readBytes()).toEqual(URI);
});

it("a Lite is formatted and sealed as nfcpy does it", async () => {
  const silicon = lite({ [LITE_BLOCK.MC]: "FFFFFF00FF" });
  const { bench, ndef } = open(silicon);
  expect(await ndef.read()).toBeUndefined();
  await expect(ndef.write("Hello")).rejects.toMatchObject({ code: "NOT_FORMATTED" });
  await ndef.format();
  expect(writesOf(bench.air)).toEqual([
    `2008${IDM}010900018088FFFFFF01FF0000000000000000000000`,
    `2008${IDM}010900018000${EMPTY}`,
  ]);
  bench.air.length = 0;
  await ndef.makeReadOnly();
  // what says read-only comes first: afterwards it could not be written any more
  expect(writesOf(bench.air)).toEqual([
    `2008${IDM}010900018000${SEALED}`,
    `2008${IDM}01090001808800400001FF0000000000000000000000`,
  ]);
  expect(await ndef.state()).toMatchObject({ status: "empty", writeAccess: "read-only" });
  await expect(ndef.write("Hello")).rejects.toMatchObject({ code: "READ_ONLY" });
  await ndef.makeReadOnly();
});

it("the capacity of a Lite ends where its blocks are read-only", async () => {
  const { ndef } = open(lite({ [LITE_BLOCK.MC]: "3F00FF01FF" }, "lite-s"));
  await ndef.format();
  expect(await ndef.state()).toMatchObject({ capacityBytes: 80 });
  await expect(open(lite({ [LITE_BLOCK.MC]: "FEFFFF01FF" })).ndef.format()).rejects.toMatchObject({
    code: "NOT_FORMATTABLE",
  });
  await expect(open(lite({ [LITE_BLOCK.MC]: "FFFF0000FF" })).ndef.format()).rejects.toMatchObject({
    code: "NOT_FORMATTABLE",
  });
});

it("a write that was cut is no message, and can be done again", async () => {
  const { ndef } = open(lite({ 0: WRITING, 1: "D10101" }));
  expect(await ndef.state()).toMatchObject({ status: "interrupted", messageBytes: 0 });
  expect(await ndef.read()).toEqual({ records: [] });
  await expect(ndef.makeReadOnly()).rejects.toMatchObject({ code: "NOT_LOCKABLE" });
  await ndef.writeBytes(URI);
  expect(await ndef.readBytes()).toEqual(URI);
});

it("attributes with another checksum or version are none; a length beyond the tag is an error", async () => {
  expect(parseType3Attributes(fromHex(EMPTY.replace(/23$/, "24")))).toBeUndefined();
  expect(parseType3Attributes(fromHex("200401000D0000000000010000000033"))).toBeUndefined();
  expect(parseType3Attributes(new Uint8Array(15))).toBeUndefined();
  const tooLong = "100401000D00000000000100FFFF0221";
  expect(parseType3Attributes(fromHex(tooLong))).toMatchObject({ messageBytes: 0xffff });
  await expect(open(lite({ 0: tooLong })).ndef.read()).rejects.toMatchObject({ field: "Ln" });
  const tooMuch = new Uint8Array(209);
  await expect(open(lite({ 0: EMPTY })).ndef.writeBytes(tooMuch)).rejects.toMatchObject({ code: "TOO_SMALL" });
});

it("the NDEF system of a FeliCa Standard is found where it is not the first", async () => {
  const blocks = new Uint8Array(4 * 16);
  blocks.set(fromHex("1001010003000000000001000016002C"));
  blocks.set(URI, 16);
  const image: FelicaImage = {
    kind: "standard",
    idm: fromHex("0114B34C2A5F6E71"),
    pmm: fromHex("0120220427674EFF"),
    systems: [
      { code: 0x0003, areas: [], services: [{ code: 0x100b, blocks: new Uint8Array(16) }] },
      {
        code: 0x12fc,
        areas: [],
        services: [
          { code: 0x0009, blocks },
          { code: 0x000b, blocks },
        ],
      },
    ],
  };
  const { ndef, bench } = open(createFelicaTag(image));
  expect(await ndef.readBytes()).toEqual(URI);
  // one block at a time, as the tag wants it
  expect(bench.air.filter((line) => line.startsWith("1006")).length).toBe(4);
});

it("a card pulled at any moment holds the old message, none, or the new one", async () => {
  const message = new Uint8Array(100).fill(0x5a);
  for (let pullAfter = 0, complete = false; !complete; pullAfter++) {
    const silicon = lite({ 0: WRITTEN, 1: "D1011255046578616D706C652E636F6D", 2: "2F613F623D31" });
    const { bench, ndef } = open(silicon);
    bench.pullAfter = pullAfter;
    complete = await ndef.writeBytes(message).then(
      () => true,
      () => false,
    );
    expect([toHex(URI), "", toHex(message)]).toContain(toHex((await open(silicon).ndef.readBytes())!));
  }
});
