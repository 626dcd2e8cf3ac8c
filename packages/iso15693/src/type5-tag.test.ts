import { WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";
import { fromHex, toHex } from "@cardwire/core";
import { siliconBench } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { iso15693 } from "./family.ts";
import { parseSystemInformation } from "./system-information.ts";
import { isType5Error, type Type5Error } from "./type5-error.ts";
import { Type5Tag } from "./type5-tag.ts";
import type { Iso15693Image } from "./virtual-image.ts";
import { createIso15693Tag, type Iso15693Tag } from "./virtual-tag.ts";

const SLIX = "81DCD049080104E0";
const M24LR64 = "6669431BC32C02E0";

function silicon(image: Partial<Iso15693Image> = {}): Iso15693Tag {
  return createIso15693Tag({
    uid: fromHex(SLIX),
    dsfid: 1,
    afi: 0x3d,
    icReference: 1,
    blockBytes: 4,
    memory: new Uint8Array(320).map((_, index) => index),
    ...image,
  });
}

describe.each(["documented", "nfccx"] as const)("over a reader with frames, in profile %s", (profile) => {
  // the driver's answers are cut at 255 bytes, and its short way at less
  const options = profile === "nfccx" ? { dialect: WINDOWS_NFC_DIALECT, maxReplyBytes: 120 } : { maxReplyBytes: 253 };

  it("reads everything, in runs as long as an answer may be", async () => {
    const bench = siliconBench(iso15693, silicon(), profile);
    const tag = new Type5Tag(bench, options);
    const { information, blocks } = await tag.readAll();
    expect(information).toEqual({ uid: fromHex(SLIX), dsfid: 1, afi: 0x3d, blocks: 80, blockBytes: 4, icReference: 1 });
    expect(blocks.map((block) => toHex(block!)).join("")).toBe(toHex(silicon().toImage().memory));
    // system information, and 63 or 29 blocks at a time
    expect(bench.air).toHaveLength(1 + (profile === "nfccx" ? 3 : 2));
  });

  it("leaves out what is protected, and gives the rest", async () => {
    const guarded = silicon({ icode: { protectionPointer: 78, protectionCondition: 0x10 } });
    const { blocks } = await new Type5Tag(siliconBench(iso15693, guarded, profile), options).readAll();
    expect(blocks.map((block) => block !== undefined).lastIndexOf(true)).toBe(77);
    expect(blocks).toHaveLength(80);
  });

  it("writes, locks, and sets AFI and DSFID", async () => {
    const chip = silicon();
    const tag = new Type5Tag(siliconBench(iso15693, chip, profile), options);
    await tag.writeBlocks(5, fromHex("AABBCCDD11223344"));
    await tag.lockBlock(6);
    expect(await tag.readLocks(5, 2)).toEqual([false, true]);
    await tag.writeAfi(0x10);
    await tag.lockAfi();
    await tag.writeDsfid(2);
    await tag.lockDsfid();
    expect(chip.toImage()).toMatchObject({ afi: 0x10, afiLocked: true, dsfid: 2, dsfidLocked: true });
    expect(toHex(await tag.readBlocks(5, 2))).toBe("AABBCCDD11223344");
    await expect(tag.writeBlocks(6, new Uint8Array(4))).rejects.toMatchObject({ name: "Type5Error" });
  });

  it("gives and changes an ICODE's passwords", async () => {
    const chip = silicon({
      icode: { protectionPointer: 40, protectionCondition: 0x01, signature: new Uint8Array(32) },
    });
    const tag = new Type5Tag(siliconBench(iso15693, chip, profile), options);
    await expect(tag.readBlocks(0, 1)).rejects.toMatchObject({ code: profile === "nfccx" ? "NO_ANSWER" : "TAG_ERROR" });
    await tag.giveIcodePassword("read", new Uint8Array(4));
    expect(toHex(await tag.readBlocks(0, 1))).toBe("00010203");
    await tag.writeIcodePassword("read", fromHex("01020304"));
    expect(toHex(chip.toImage().icode!.passwords!.read!)).toBe("01020304");
    expect(await tag.readIcodeSignature()).toHaveLength(32);
  });
});

it("reads block by block where frames do not get through, in the reader's order of address bytes", async () => {
  const bench = siliconBench(iso15693, silicon());
  const windows = new Type5Tag(bench, { dialect: WINDOWS_NFC_DIALECT, raw: "none" });
  expect(toHex(await windows.readBlocks(5, 2))).toBe("1415161718191A1B");
  await windows.writeBlocks(5, fromHex("DEADBEEF"));
  expect(bench.air).toEqual(["022005", "022006", "022105DEADBEEF"]);
  await expect(windows.systemInformation()).rejects.toMatchObject({ code: "NO_RAW_ACCESS" });
});

it("uses ST's protocol extension", async () => {
  const chip = silicon({ uid: fromHex(M24LR64), memory: new Uint8Array(8192).fill(3) });
  const tag = new Type5Tag(siliconBench(iso15693, chip), { maxReplyBytes: 253 });
  expect(await tag.systemInformation()).toMatchObject({ blocks: 2048, blockBytes: 4 });
  await tag.writeBlocks(0x7ff, fromHex("01020304"));
  expect(toHex(await tag.readBlocks(0x7fe, 2))).toBe("0303030301020304");
});

it("asks by the extended command where one byte does not count the blocks", async () => {
  const chip = silicon({ memory: new Uint8Array(2048).fill(3), extendedCommands: true });
  const tag = new Type5Tag(siliconBench(iso15693, chip));
  expect(await tag.systemInformation()).toMatchObject({ blocks: 512 });
  expect(await tag.readBlocks(300, 2)).toEqual(new Uint8Array(8).fill(3));
});

it("says how far a write came when the tag is taken away", async () => {
  const bench = siliconBench(iso15693, silicon());
  const tag = new Type5Tag(bench);
  await tag.readUid();
  bench.pullAfter = 1;
  const error = await tag.writeBlocks(1, new Uint8Array(12)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isType5Error(error, "WRITE_INTERRUPTED")).toBe(true);
  const { written, notWritten } = error as Type5Error;
  expect([written, notWritten]).toEqual([[1], [2, 3]]);
});

it("refuses what no tag could be asked", async () => {
  const bench = siliconBench(iso15693, silicon());
  const tag = new Type5Tag(bench);
  expect(() => new Type5Tag(bench, { maxReplyBytes: 8 })).toThrow(/maxReplyBytes/);
  expect(() => tag.readBlocks(0, 0)).toThrow(/block/);
  expect(() => tag.lockBlock(0x10000)).toThrow(/block/);
  expect(() => tag.writeAfi(256)).toThrow(/afi/);
  expect(() => tag.giveIcodePassword("read", new Uint8Array(3))).toThrow(/password/);
  await expect(tag.writeBlocks(0, new Uint8Array(3))).rejects.toThrow(/whole number/);
});

describe("system information", () => {
  it.each([
    // an ST LRI2K's answer, and one with nothing but the UID
    ["000F666943 1BC32002E000003F0320", { dsfid: 0, afi: 0, blocks: 64, blockBytes: 4, icReference: 0x20 }],
    ["0000666943 1BC32002E0", {}],
  ])("%s", (hex, fields) => {
    expect(parseSystemInformation(fromHex(hex))).toEqual({ uid: fromHex("6669431BC32002E0"), ...fields });
  });

  it("refuses one that is cut or too long", () => {
    expect(() => parseSystemInformation(fromHex("000F6669431BC32002E000003F03"))).toThrow(/IC reference at offset 14/);
    expect(() => parseSystemInformation(fromHex("00006669431BC32002E000"))).toThrow(/1 bytes too many/);
  });
});
