import { fromHex, type SiliconReply, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { createTopazTag, type TopazTag } from "./virtual-tag.ts";

const UID = "AABBCCDD";
const send = (tag: TopazTag, hex: string): SiliconReply =>
  tag.receive({ kind: "frame", data: fromHex(hex), timeoutUs: 5000 });
const bytes = (reply: SiliconReply): string | undefined => reply && toHex(reply.data);

function topaz96(): TopazTag {
  const memory = new Uint8Array(120);
  memory.set(fromHex(`${UID} EE FF 00 25 E1 10 0E 00 03 00 FE`));
  const tag = createTopazTag({ hr0: 0x11, hr1: 0x48, memory });
  tag.setPowered(true);
  return tag;
}

function topaz512(): TopazTag {
  const memory = new Uint8Array(512);
  memory.set(fromHex(`${UID} EE FF 00 25 E1 10 3F 00 01 03 F2 30 33 02 03 F0 02 03 03 00 FE`));
  const tag = createTopazTag({ hr0: 0x12, hr1: 0x4c, memory });
  tag.setPowered(true);
  return tag;
}

describe("a Topaz 96", () => {
  it("tells its header ROM and UID in discovery and by RID", () => {
    expect(topaz96().select()).toEqual([{ technology: "nfc-a-type1", hr0: 0x11, hr1: 0x48, uid: fromHex(UID) }]);
    expect(bytes(send(topaz96(), "78 00 00 00 00 00 00"))).toBe(`1148${UID}`);
  });

  it("reads one byte, and all", () => {
    const tag = topaz96();
    expect(bytes(send(tag, `01 08 00 ${UID}`))).toBe("08E1");
    const all = bytes(send(tag, `00 00 00 ${UID}`));
    expect(all).toMatch(/^1148AABBCCDDEEFF0025E1100E000300FE/);
    expect(all).toHaveLength(244);
  });

  it("answers nobody who names another UID, and no command of dynamic memory", () => {
    const tag = topaz96();
    expect(send(tag, "01 08 00 00000000")).toBeUndefined();
    expect(send(tag, `02 01 ${"00".repeat(8)} ${UID}`)).toBeUndefined();
    expect(send(tag, `10 00 ${"00".repeat(8)} ${UID}`)).toBeUndefined();
    expect(send(tag, `01 78 00 ${UID}`)).toBeUndefined();
    expect(send(tag, `99 08 00 ${UID}`)).toBeUndefined();
    tag.setPowered(false);
    expect(tag.select()).toBeUndefined();
    expect(send(tag, "78 00 00 00 00 00 00")).toBeUndefined();
  });

  it("writes with and without erasing", () => {
    const tag = topaz96();
    expect(bytes(send(tag, `53 10 0F ${UID}`))).toBe("100F");
    expect(bytes(send(tag, `1A 10 F0 ${UID}`))).toBe("10FF");
    expect(bytes(send(tag, `53 10 01 ${UID}`))).toBe("1001");
    expect(tag.toImage().memory[0x10]).toBe(1);
  });

  it("keeps UID and reserved block, sets OTP and lock bits for ever, and honours the locks", () => {
    const tag = topaz96();
    expect(send(tag, `53 00 01 ${UID}`)).toBeUndefined();
    expect(send(tag, `53 68 01 ${UID}`)).toBeUndefined();
    expect(bytes(send(tag, `53 72 0F ${UID}`))).toBe("720F");
    expect(bytes(send(tag, `53 72 F0 ${UID}`))).toBe("72FF");
    expect(bytes(send(tag, `53 70 04 ${UID}`))).toBe("7004");
    expect(bytes(send(tag, `53 70 00 ${UID}`))).toBe("7004");
    expect(send(tag, `53 10 01 ${UID}`)).toBeUndefined();
    expect(bytes(send(tag, `53 18 01 ${UID}`))).toBe("1801");
  });
});

describe("a Topaz 512", () => {
  it("reads and writes blocks of eight and segments", () => {
    const tag = topaz512();
    expect(bytes(send(tag, `02 01 ${"00".repeat(8)} ${UID}`))).toBe("01E1103F000103F230");
    expect(bytes(send(tag, `54 3F 0102030405060708 ${UID}`))).toBe("3F0102030405060708");
    expect(bytes(send(tag, `1B 3F F000000000000000 ${UID}`))).toBe("3FF102030405060708");
    const segment = bytes(send(tag, `10 30 ${"00".repeat(8)} ${UID}`));
    expect(segment).toHaveLength(258);
    expect(segment).toMatch(/^30.*F102030405060708$/);
    expect(send(tag, `10 40 ${"00".repeat(8)} ${UID}`)).toBeUndefined();
    expect(send(tag, `02 40 ${"00".repeat(8)} ${UID}`)).toBeUndefined();
  });

  it("locks each block from 10h on by a bit of block F", () => {
    const tag = topaz512();
    expect(bytes(send(tag, `54 0F 0000010000000000 ${UID}`))).toBe("0F0000010000000000");
    expect(send(tag, `54 10 0102030405060708 ${UID}`)).toBeUndefined();
    expect(bytes(send(tag, `54 11 0102030405060708 ${UID}`))).toBe("110102030405060708");
  });
});

it("refuses a memory that no such tag has", () => {
  expect(() => createTopazTag({ hr0: 0x11, hr1: 0x48, memory: new Uint8Array(96) })).toThrow(/memory: static/);
  expect(() => createTopazTag({ hr0: 0x12, hr1: 0x4c, memory: new Uint8Array(120) })).toThrow(/memory: dynamic/);
});
