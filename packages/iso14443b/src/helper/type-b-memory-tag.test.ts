import { isStatusWordError } from "@cardwire/apdu";
import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { TYPE_B_MEMORY_PRODUCTS, isTypeBMemoryError, type TypeBMemoryProductName, TypeBMemoryTag } from "../index.ts";
import { createTypeBMemoryTag, type TypeBMemoryTag as Silicon } from "../virtual.ts";
import { siliconBench } from "@cardwire/core/testing";
import { iso14443b } from "../family.ts";

function card(product: TypeBMemoryProductName, fill = 0xff): Silicon {
  const { blocks, blockBytes, productCode } = TYPE_B_MEMORY_PRODUCTS[product];
  const byte = productCode > 0x0f ? productCode : productCode << 2;
  const uid = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0x55, byte, 0x02, 0xd0);
  return createTypeBMemoryTag({ product, uid, memory: new Uint8Array(blocks * blockBytes).fill(fill) });
}

describe("TypeBMemoryTag", () => {
  it.each([
    ["sri512", 17],
    ["srix4k", 129],
    ["st25tb02k", 65],
    ["sr176", 16],
  ] as const)("reads a %s whole, in an exchange for each block", async (product, exchanges) => {
    const silicon = card(product, 0x5a);
    const reader = siliconBench(iso14443b, silicon);
    const tag = new TypeBMemoryTag(reader);
    const contents = await tag.readAll();
    const image = silicon.toImage();
    expect(contents).toEqual({ memory: image.memory, systemBlock: image.systemBlock });
    expect(reader.air).toHaveLength(exchanges);
    expect((await tag.identify()).product?.name).toBe(TYPE_B_MEMORY_PRODUCTS[product].name);
  });

  it("writes blocks, and says how far it came", async () => {
    const silicon = card("srix4k");
    const reader = siliconBench(iso14443b, silicon);
    const tag = new TypeBMemoryTag(reader);
    const writes = [7, 8, 9].map((block) => ({ block, data: fromHex(`0102030${block}`) }));
    await tag.writeBlocks(writes);
    expect(toHex(await tag.readBlock(8))).toBe("01020308");
    // a write and the reading that makes sure of it, so the second block is lost
    reader.pullAfter = 3;
    const error: unknown = await tag.writeBlocks(writes).catch((reason: unknown) => reason);
    expect(isTypeBMemoryError(error, "WRITE_INTERRUPTED")).toBe(true);
    expect(error).toMatchObject({ written: [7], notWritten: [8, 9] });
    await expect(tag.writeBlocks([{ block: 7, data: new Uint8Array(2) }])).rejects.toThrow(/a block has 4 bytes/);
    expect(() => tag.readBlock(256)).toThrow(/no block number/);
  });

  it("counts down, never up", async () => {
    const tag = new TypeBMemoryTag(siliconBench(iso14443b, card("srix4k")));
    expect(await tag.readCounter(5)).toBe(0xffff_ffff);
    expect(await tag.decrementCounter(5, 2)).toBe(0xffff_fffd);
    expect(await tag.readCounter(5)).toBe(0xffff_fffd);
    await expect(tag.decrementCounter(6, 0x1_0000_0000)).rejects.toThrow(/cannot go down/);
    expect(() => tag.readCounter(7)).toThrow(/no counter/);
    await expect(new TypeBMemoryTag(siliconBench(iso14443b, card("sr176"))).readCounter(5)).rejects.toMatchObject({
      code: "NOT_SUPPORTED",
    });
  });

  it.each([
    ["srix4k", 0xff, [7], [7, 8]],
    ["srix4k", 0xff, [9, 15], [9, 15]],
    ["sr176", 0x00, [5], [4, 5]],
  ] as const)("locks blocks of a %s for ever", async (product, fill, blocks, locked) => {
    const tag = new TypeBMemoryTag(siliconBench(iso14443b, card(product, fill)));
    expect(await tag.readLockedBlocks()).toEqual([]);
    expect(await tag.lockBlocks(blocks)).toEqual(locked);
    expect(await tag.readLockedBlocks()).toEqual(locked);
    const data = new Uint8Array(product === "sr176" ? 2 : 4).fill(0x33);
    const error: unknown = await tag.writeBlocks([{ block: locked[0], data }]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "WRITE_INTERRUPTED", notWritten: [locked[0]] });
    expect(isStatusWordError((error as Error).cause, 0x6581)).toBe(true);
    await expect(tag.lockBlocks([0])).rejects.toThrow(/no lock bit/);
  });
});
