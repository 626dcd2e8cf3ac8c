import { WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";
import { fromHex, toHex } from "@cardwire/core";
import { siliconBench } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { iso15693 } from "./family.ts";
import { Type5Tag, type Type5TagOptions } from "./type5-tag.ts";
import { createIso15693Tag, type Iso15693Tag } from "./virtual-tag.ts";

const URI = fromHex("D1011255046578616D706C652E636F6D2F613F623D31");

const NO_FRAMES: Type5TagOptions = { raw: "none", dialect: WINDOWS_NFC_DIALECT };

interface Chip {
  readonly blocks: number;
  readonly blockBytes?: number;
  readonly hex?: string;
}

function silicon({ blocks, blockBytes = 4, hex = "" }: Chip): Iso15693Tag {
  const memory = new Uint8Array(blocks * blockBytes);
  memory.set(fromHex(hex));
  return createIso15693Tag({
    uid: fromHex("81DCD049080104E0"),
    dsfid: 0,
    afi: 0,
    icReference: 1,
    blockBytes,
    memory,
    extendedCommands: blocks > 256,
  });
}

function open(chip: Iso15693Tag, options: Type5TagOptions = {}) {
  const bench = siliconBench(iso15693, chip);
  return { bench, ndef: new Type5Tag(bench, options).ndef };
}

const head = (chip: Iso15693Tag, length: number): string => toHex(chip.toImage().memory.subarray(0, length));

describe("a blank tag is formatted as the specification has it", () => {
  it.each([
    ["SLIX, 112 bytes", { blocks: 28 }, "E1400D01", 102],
    ["ST25DV04K, 512 bytes", { blocks: 128 }, "E1403F01", 500],
    ["8 KiB, two bytes of block address", { blocks: 2048 }, "E2400001000003FF", 8180],
    ["blocks of 8 bytes", { blocks: 64, blockBytes: 8 }, "E1403F01", 500],
    ["blocks of 32 bytes", { blocks: 64, blockBytes: 32 }, "E140FF01", 2036],
  ] as const)("%s", async (_name, chip, container, capacityBytes) => {
    const tag = silicon(chip);
    const { ndef } = open(tag);
    expect(await ndef.read()).toBeUndefined();
    await expect(ndef.write("Hello")).rejects.toMatchObject({ code: "NOT_FORMATTED" });
    await ndef.format();
    expect(head(tag, container.length / 2 + 3)).toBe(`${container}0300FE`);
    expect(await ndef.state()).toEqual({
      type: 5,
      status: "empty",
      version: "1.0",
      messageBytes: 0,
      capacityBytes,
      readAccess: "open",
      writeAccess: "open",
    });
    const message = Uint8Array.from({ length: Math.min(capacityBytes, 600) }, (_, index) => index % 251);
    await ndef.writeBytes(message);
    expect(await open(tag).ndef.readBytes()).toEqual(message);
    await expect(ndef.writeBytes(new Uint8Array(capacityBytes + 1))).rejects.toMatchObject({
      code: "TOO_SMALL",
      capacityBytes,
    });
  });

  it("the container comes last", async () => {
    const { bench, ndef } = open(silicon({ blocks: 28 }));
    await ndef.format();
    expect(bench.air.filter((line) => line.startsWith("0221"))).toEqual(["0221010300FE00", "022100E1400D01"]);
  });

  it("a reader without frames cannot find out how large it is, and cannot lock it", async () => {
    const { ndef } = open(silicon({ blocks: 28 }), NO_FRAMES);
    await expect(ndef.format()).rejects.toMatchObject({ code: "NOT_FORMATTABLE" });
    const formatted = open(silicon({ blocks: 28, hex: "E1400D010300FE" }), NO_FRAMES);
    await expect(formatted.ndef.makeReadOnly()).rejects.toMatchObject({ code: "NOT_LOCKABLE" });
    await formatted.ndef.writeBytes(URI);
    expect(await formatted.ndef.readBytes()).toEqual(URI);
  });
});

describe("tags of others", () => {
  const uri = `0316${toHex(URI)}FE`;

  it.each([
    ["SLIX by the specification", { blocks: 28, hex: `E1400D01${uri}` }, 102],
    ["SLIX whose container counts itself", { blocks: 28, hex: `E1400E01${uri}` }, 106],
    ["8 KiB", { blocks: 2048, hex: `E2400001000003FF${uri}` }, 8180],
  ] as const)("%s", async (_name, chip, capacityBytes) => {
    const { ndef } = open(silicon(chip));
    expect(await ndef.readBytes()).toEqual(URI);
    expect(await ndef.state()).toMatchObject({ status: "message", messageBytes: 22, capacityBytes });
  });

  it("access bits say who may do what", async () => {
    const state = (access: string) => open(silicon({ blocks: 28, hex: `E1${access}0D01${uri}` })).ndef.state();
    expect(await state("43")).toMatchObject({ readAccess: "open", writeAccess: "read-only" });
    expect(await state("42")).toMatchObject({ readAccess: "open", writeAccess: "protected" });
    expect(await state("48")).toMatchObject({ readAccess: "protected" });
    expect(await state("80")).toMatchObject({ status: "unformatted" });
  });
});

it("a tag is sealed: the container says so, then every block is locked, its own last", async () => {
  const tag = silicon({ blocks: 28, hex: "E1400D010306D1010255016DFE" });
  const { ndef, bench } = open(tag);
  await ndef.makeReadOnly();
  expect(head(tag, 4)).toBe("E1430D01");
  expect([...tag.toImage().lockedBlocks!].every((lock, block) => (lock === 1) === block < 27)).toBe(true);
  expect(bench.air.filter((line) => line.startsWith("0222")).at(-1)).toBe("022200");
  await expect(ndef.write("Hello")).rejects.toMatchObject({ code: "READ_ONLY" });
  // once more, as after a tag that was pulled
  await ndef.makeReadOnly();
});

it.each([{ blocks: 28 }, { blocks: 32, blockBytes: 8 }])(
  "a tag of %o that is pulled at any moment holds the old message, none, or the new one",
  async (chip) => {
    const message = new Uint8Array(70).fill(0x5a);
    for (let pullAfter = 0, complete = false; !complete; pullAfter++) {
      const tag = silicon({ ...chip, hex: "E1400D010306D1010255016DFE" });
      const { bench, ndef } = open(tag);
      bench.pullAfter = pullAfter;
      complete = await ndef.writeBytes(message).then(
        () => true,
        () => false,
      );
      expect(["D1010255016D", "", toHex(message)]).toContain(toHex((await open(tag).ndef.readBytes())!));
    }
  },
);
