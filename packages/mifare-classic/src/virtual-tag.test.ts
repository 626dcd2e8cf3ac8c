import { fromHex, type SiliconReply, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { buildAccessBits, type AccessConditions } from "./access-bits.ts";
import { buildValueBlock } from "./value-block.ts";
import { createMifareClassicTag, type MifareClassicTag } from "./virtual-tag.ts";
import { mifareClassicImage } from "./virtual-image.ts";

const KEY_A = fromHex("A0A1A2A3A4A5");
const KEY_B = fromHex("B0B1B2B3B4B5");
const UID = fromHex("01020304");

/** A 1K card whose sector 1 has the conditions given, and counts in block 4. */
function card(conditions: AccessConditions = { data: [0, 0, 0], trailer: 1 }): MifareClassicTag {
  const memory = new Uint8Array(1024);
  memory.set([...UID, 0x04, 0x08, 0x04, 0x00]);
  for (let sector = 0; sector < 16; sector++)
    memory.set([...KEY_A, ...buildAccessBits(conditions), 0x69, ...KEY_B], sector * 64 + 48);
  memory.set(buildValueBlock({ value: 100, address: 4 }), 64);
  const tag = createMifareClassicTag(mifareClassicImage(memory));
  tag.setPowered(true);
  tag.select();
  return tag;
}

const authenticate = (tag: MifareClassicTag, keyType: "a" | "b", block = 4): boolean =>
  tag.authenticate!({ kind: "mifare-authenticate", block, keyType, key: keyType === "a" ? KEY_A : KEY_B, uid: UID });

const send = (tag: MifareClassicTag, hex: string): SiliconReply =>
  tag.receive({ kind: "frame", data: fromHex(hex), timeoutUs: 5000 });

const bytes = (reply: SiliconReply): string | undefined => reply && `${toHex(reply.data)}/${reply.lastBits}`;

describe("identity", () => {
  it.each([
    [320, "mini", 0x09],
    [1024, "1k", 0x08],
    [2048, "2k", 0x08],
    [4096, "4k", 0x18],
  ])("%i bytes are a %s", (length, size, sak) => {
    const memory = new Uint8Array(length);
    memory.set([...UID, 0x04]);
    const image = mifareClassicImage(memory);
    expect([image.size, image.sak, toHex(image.uid)]).toEqual([size, sak, "01020304"]);
  });

  it("reads seven bytes of UID where the fifth byte is no check byte", () => {
    const memory = new Uint8Array(1024);
    memory.set(fromHex("04112233445566"));
    const image = mifareClassicImage(memory);
    expect(toHex(image.uid)).toBe("04112233445566");
    expect(toHex(image.atqa)).toBe("4400");
  });

  it("refuses a length that no card has", () => {
    expect(() => mifareClassicImage(new Uint8Array(1000))).toThrow(/memory: no MIFARE Classic has 1000 bytes/);
  });
});

describe("authentication", () => {
  it("is needed for everything, and a refusal silences the card until it is selected again", () => {
    const tag = card();
    expect(bytes(send(tag, "3004"))).toBe("04/4");
    expect(send(tag, "3004")).toBeUndefined();
    expect(authenticate(tag, "a")).toBe(false);
    tag.select();
    expect(tag.authenticate!({ kind: "mifare-authenticate", block: 4, keyType: "a", key: KEY_B, uid: UID })).toBe(
      false,
    );
    expect(send(tag, "3004")).toBeUndefined();
    tag.select();
    expect(authenticate(tag, "a")).toBe(true);
    expect(bytes(send(tag, "3005"))).toBe(`${"00".repeat(16)}/8`);
  });

  it("opens one sector and no other", () => {
    const tag = card();
    authenticate(tag, "a");
    expect(bytes(send(tag, "3008"))).toBe("04/4");
  });

  it("is lost with HALT and with the field", () => {
    const tag = card();
    authenticate(tag, "a");
    expect(send(tag, "5000")).toBeUndefined();
    expect(send(tag, "3004")).toBeUndefined();
    tag.setPowered(false);
    expect(tag.select()).toBeUndefined();
    tag.setPowered(true);
    expect(tag.select()?.[0]).toMatchObject({ sak: 8 });
    expect(bytes(send(tag, "3004"))).toBe("04/4");
  });
});

describe("access conditions", () => {
  it("are enforced for reading and writing, by key", () => {
    const tag = card({ data: [4, 3, 7], trailer: 3 });
    authenticate(tag, "a");
    expect(bytes(send(tag, "3004"))).toMatch(/^64000000/);
    expect(bytes(send(tag, "A004"))).toBe("04/4");
    tag.select();
    authenticate(tag, "b");
    expect(bytes(send(tag, "A004"))).toBe("0A/4");
    expect(bytes(send(tag, "11".repeat(16)))).toBe("0A/4");
    expect(bytes(send(tag, "3004"))).toBe(`${"11".repeat(16)}/8`);
    expect(bytes(send(tag, "3006"))).toBe("04/4");
  });

  it("hide key A always, and key B unless the condition makes it data", () => {
    const open = card();
    authenticate(open, "a");
    expect(bytes(send(open, "3007"))).toBe("000000000000FF078069B0B1B2B3B4B5/8");
    const closed = card({ data: [0, 0, 0], trailer: 3 });
    authenticate(closed, "a");
    expect(bytes(send(closed, "3007"))).toBe("0000000000007F078869000000000000/8");
  });

  it("let a readable key B authenticate and do nothing", () => {
    const tag = card();
    expect(authenticate(tag, "b")).toBe(true);
    expect(bytes(send(tag, "3004"))).toBe("04/4");
  });

  it("let a trailer change only in the parts that the key may write", () => {
    const tag = card({ data: [0, 0, 0], trailer: 4 });
    authenticate(tag, "b");
    send(tag, "A007");
    expect(bytes(send(tag, `111111111111FF078069222222222222`))).toBe("0A/4");
    expect(toHex(tag.toImage().memory.subarray(112, 128))).toBe(
      `111111111111${toHex(buildAccessBits({ data: [0, 0, 0], trailer: 4 }))}69222222222222`,
    );
  });

  it("lock a sector whose inverted bits do not agree", () => {
    const tag = card();
    authenticate(tag, "a");
    send(tag, "A007");
    send(tag, "A0A1A2A3A4A5FFFFFF69B0B1B2B3B4B5");
    expect(bytes(send(tag, "3004"))).toBe("04/4");
  });

  it("never let block 0 be written", () => {
    const tag = card();
    authenticate(tag, "a", 0);
    expect(bytes(send(tag, "A000"))).toBe("04/4");
  });
});

describe("value blocks", () => {
  const value = (tag: MifareClassicTag, block: number): number =>
    new DataView(tag.toImage().memory.buffer).getInt32(block * 16, true);

  it("are incremented, decremented and restored through the transfer buffer", () => {
    const tag = card();
    authenticate(tag, "a");
    expect(bytes(send(tag, "C104"))).toBe("0A/4");
    expect(send(tag, "05000000")).toBeUndefined();
    expect(value(tag, 4)).toBe(100);
    expect(bytes(send(tag, "B004"))).toBe("0A/4");
    expect(value(tag, 4)).toBe(105);
    send(tag, "C004");
    send(tag, "0A000000");
    expect(bytes(send(tag, "B004"))).toBe("0A/4");
    expect(value(tag, 4)).toBe(95);
    send(tag, "C204");
    send(tag, "00000000");
    expect(bytes(send(tag, "B005"))).toBe("0A/4");
    expect(toHex(tag.toImage().memory.subarray(80, 96))).toBe(toHex(buildValueBlock({ value: 95, address: 4 })));
  });

  it("need the value format, a full buffer, and the right", () => {
    const tag = card();
    authenticate(tag, "a");
    expect(bytes(send(tag, "C105"))).toBe("04/4");
    tag.select();
    authenticate(tag, "a");
    expect(bytes(send(tag, "B004"))).toBe("04/4");
    const counter = card({ data: [6, 0, 0], trailer: 3 });
    authenticate(counter, "a");
    expect(bytes(send(counter, "C104"))).toBe("04/4");
    counter.select();
    authenticate(counter, "a");
    expect(bytes(send(counter, "C004"))).toBe("0A/4");
    send(counter, "01000000");
    // the buffer is full now, which the NAK tells
    expect(bytes(send(counter, "A005"))).toBe("0A/4");
    expect(bytes(send(counter, "00"))).toBe("00/4");
  });
});
