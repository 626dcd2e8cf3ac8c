import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { LITE_BLOCK } from "./lite-blocks.ts";
import { liteMac, liteSessionKey, macAReadPrefix, macAWritePrefix, reverseGroups, writeKey } from "./lite-mac.ts";
import { createFelicaTag, type FelicaTag } from "./virtual-tag.ts";

const IDM = "299FFA53AB75876E";
const PMM = "574E102A9416BC8E";
const CARD_KEY = new TextEncoder().encode("0123456789abcdef");
const CHALLENGE = Uint8Array.from({ length: 16 }, (_, index) => index);

function lite(
  kind: "lite" | "lite-s",
  mc = "FFFFFF0107",
  more: readonly (readonly [number, string])[] = [],
): FelicaTag {
  const pad = (hex: string): Uint8Array => {
    const block = new Uint8Array(16);
    block.set(fromHex(hex));
    return block;
  };
  const tag = createFelicaTag({
    kind,
    idm: fromHex(IDM),
    pmm: fromHex(PMM),
    blocks: new Map([
      [0, pad("11223344")],
      [LITE_BLOCK.REG, pad("0A000000")],
      [LITE_BLOCK.CK, reverseGroups(CARD_KEY)],
      [LITE_BLOCK.MC, pad(mc)],
      ...more.map(([block, hex]) => [block, pad(hex)] as const),
    ]),
  });
  tag.setPowered(true);
  return tag;
}

function send(tag: FelicaTag, hex: string): string | undefined {
  const body = fromHex(hex);
  const reply = tag.receive({
    kind: "frame",
    data: concatBytes(Uint8Array.of(body.length + 1), body),
    timeoutUs: 5000,
  });
  return reply && toHex(reply.data.subarray(1));
}

const list = (blocks: readonly number[]): string =>
  toHex(Uint8Array.of(blocks.length, ...blocks.flatMap((block) => [0x80, block])));
const read = (tag: FelicaTag, ...blocks: number[]): string | undefined =>
  send(tag, `06${IDM}010B00${list(blocks)}`)?.slice(18);
const write = (tag: FelicaTag, block: number, data: Uint8Array, mac?: Uint8Array): string | undefined =>
  send(
    tag,
    `08${IDM}010900${list(mac ? [block, LITE_BLOCK.MAC_A] : [block])}${toHex(data)}${mac ? toHex(mac) : ""}`,
  )?.slice(18);

describe("polling", () => {
  it("answers its system, wildcards, and NDEF's where it is configured", () => {
    const tag = lite("lite-s");
    expect(tag.select()).toMatchObject([{ technology: "nfc-f", systemCode: 0x88b4 }]);
    expect(send(tag, "0088B40000")).toBe(`01${IDM}${PMM}`);
    expect(send(tag, "00FFFF0100")).toBe(`01${IDM}${PMM}88B4`);
    expect(send(tag, "0012FC0100")).toBe(`01${IDM}${PMM}12FC`);
    expect(send(tag, "0012FC0200")).toBe(`01${IDM}${PMM}0083`);
    expect(send(tag, "0000030000")).toBeUndefined();
    expect(send(lite("lite-s", "FFFFFF0007"), "0012FC0000")).toBeUndefined();
    expect(tag.receive({ kind: "frame", data: fromHex("07 00 88B40000"), timeoutUs: 1 })).toBeUndefined();
    tag.setPowered(false);
    expect(send(tag, "0088B40000")).toBeUndefined();
    expect(tag.select()).toBeUndefined();
  });
});

describe("FeliCa Lite", () => {
  it("reads up to four blocks of one service, and says what is wrong otherwise", () => {
    const tag = lite("lite");
    expect(read(tag, 0)).toBe(`00000111223344${"00".repeat(12)}`);
    expect(read(tag, 0, 1, 2, 3)).toHaveLength(6 + 4 * 32);
    expect(read(tag, 0, 1, 2, 3, 4)).toBe("FFA2");
    expect(read(tag, 0, 0x0f)).toBe("02A8");
    expect(read(tag, 0x90)).toBe("01A8");
    expect(send(tag, `06${IDM}020B000900018000`)?.slice(18)).toBe("FFA1");
    expect(send(tag, `06${IDM}010800018000`)?.slice(18)).toBe("FFA6");
    expect(send(tag, `06${IDM}010B00018100`)?.slice(18)).toBe("01A3");
    expect(send(tag, `06${IDM}010B00019000`)?.slice(18)).toBe("01A7");
    expect(send(tag, `06${IDM}010B0002800080`)).toBeUndefined();
    expect(send(tag, `06${"00".repeat(8)}010B00018000`)).toBeUndefined();
    expect(send(tag, `04${IDM}`)).toBeUndefined();
  });

  it("keeps its key and challenge to itself, and proves that it has the key", () => {
    const tag = lite("lite");
    expect(read(tag, LITE_BLOCK.CK)).toBe(`000001${"00".repeat(16)}`);
    expect(write(tag, LITE_BLOCK.RC, reverseGroups(CHALLENGE))).toBe("0000");
    expect(read(tag, LITE_BLOCK.RC)).toBe(`000001${"00".repeat(16)}`);
    const answer = fromHex(read(tag, LITE_BLOCK.ID, LITE_BLOCK.MAC)!).subarray(3);
    const mac = liteMac(liteSessionKey(CARD_KEY, CHALLENGE), CHALLENGE, answer.subarray(0, 16));
    expect(toHex(answer.subarray(16, 24))).toBe(toHex(mac));
  });

  it("writes what the memory configuration leaves open, and lets REG only go down", () => {
    const tag = lite("lite", "FE7F00");
    expect(write(tag, 1, CHALLENGE)).toBe("0000");
    expect(read(tag, 1)).toBe(`000001${toHex(CHALLENGE)}`);
    expect(write(tag, 0, CHALLENGE)).toBe("01A5");
    expect(write(tag, LITE_BLOCK.CK, CHALLENGE)).toBe("01A5");
    expect(write(tag, LITE_BLOCK.D_ID, CHALLENGE)).toBe("01A5");
    expect(write(tag, LITE_BLOCK.REG, fromHex("09".padEnd(32, "0")))).toBe("0000");
    expect(write(tag, LITE_BLOCK.REG, fromHex("0A".padEnd(32, "0")))).toBe("01A5");
    expect(send(tag, `08${IDM}010B00018001${toHex(CHALLENGE)}`)?.slice(18)).toBe("FFA6");
    expect(write(tag, 1, CHALLENGE, CHALLENGE)).toBe("FFA2");
  });
});

describe("FeliCa Lite-S", () => {
  const sessionKey = liteSessionKey(CARD_KEY, CHALLENGE);
  /** MAC_A of a write, with the counter behind it. */
  const macA = (counter: number, block: number, data: Uint8Array): Uint8Array => {
    const mac = new Uint8Array(16);
    mac.set(liteMac(writeKey(sessionKey), CHALLENGE, concatBytes(macAWritePrefix(counter, block), data)));
    mac.set([counter & 0xff, counter >> 8, counter >> 16], 8);
    return mac;
  };
  const STATE = fromHex("01".padEnd(32, "0"));

  it("covers the block numbers with the MAC of a read", () => {
    const tag = lite("lite-s");
    write(tag, LITE_BLOCK.RC, reverseGroups(CHALLENGE));
    const answer = fromHex(read(tag, 0, LITE_BLOCK.MAC_A)!).subarray(3);
    const covered = concatBytes(macAReadPrefix([0, LITE_BLOCK.MAC_A]), answer.subarray(0, 16));
    expect(toHex(macAReadPrefix([0, LITE_BLOCK.MAC_A]))).toBe("00009100FFFFFFFF");
    expect(toHex(answer.subarray(16, 24))).toBe(toHex(liteMac(sessionKey, CHALLENGE, covered)));
  });

  it("authenticates who writes STATE with a MAC, and opens what is restricted", () => {
    // S_PAD0: reading and writing want authentication; S_PAD1: writing wants a MAC
    const tag = lite("lite-s", "FFFF00010700 0100 0100 0200");
    write(tag, LITE_BLOCK.RC, reverseGroups(CHALLENGE));
    expect(read(tag, 0)).toBe("01B1");
    expect(write(tag, 0, CHALLENGE)).toBe("01B1");
    expect(write(tag, LITE_BLOCK.STATE, STATE)).toBe("01B1");
    expect(write(tag, LITE_BLOCK.STATE, STATE, macA(1, LITE_BLOCK.STATE, STATE))).toBe("02B2");
    expect(write(tag, LITE_BLOCK.STATE, STATE, macA(0, LITE_BLOCK.STATE, STATE))).toBe("0000");
    expect(read(tag, LITE_BLOCK.STATE)).toBe(`00000101${"00".repeat(15)}`);
    expect(read(tag, 0)).toBe(`00000111223344${"00".repeat(12)}`);
    expect(write(tag, 0, CHALLENGE)).toBe("0000");
    expect(write(tag, 1, CHALLENGE)).toBe("01B1");
    expect(write(tag, 1, CHALLENGE, macA(2, 1, CHALLENGE))).toBe("0000");
    expect(read(tag, LITE_BLOCK.WCNT)).toBe(`00000103${"00".repeat(15)}`);
    tag.setPowered(false);
    tag.setPowered(true);
    expect(read(tag, 0)).toBe("01B1");
  });

  it("changes its key with a MAC where the configuration allows it", () => {
    const tag = lite("lite-s", "FFFF00010701");
    write(tag, LITE_BLOCK.RC, reverseGroups(CHALLENGE));
    expect(write(tag, LITE_BLOCK.CK, CHALLENGE)).toBe("01A5");
    expect(write(tag, LITE_BLOCK.CK, CHALLENGE, macA(0, LITE_BLOCK.CK, CHALLENGE))).toBe("0000");
    expect(toHex(imageBlock(tag, LITE_BLOCK.CK))).toBe(toHex(CHALLENGE));
  });

  it("writes no more when its counter is at its end", () => {
    const tag = lite("lite-s", "FFFFFF0107", [[LITE_BLOCK.WCNT, "FFFFFF"]]);
    expect(write(tag, 1, CHALLENGE)).toBe("01A5");
    expect(write(tag, LITE_BLOCK.RC, CHALLENGE)).toBe("0000");
  });
});

function imageBlock(tag: FelicaTag, block: number): Uint8Array {
  const image = tag.toImage();
  return image.kind === "standard" ? new Uint8Array(0) : (image.blocks.get(block) ?? new Uint8Array(0));
}

describe("FeliCa Standard", () => {
  function standard(): FelicaTag {
    const tag = createFelicaTag({
      kind: "standard",
      idm: fromHex(IDM),
      pmm: fromHex(PMM),
      systems: [
        {
          code: 0x0003,
          areas: [{ code: 0, endCode: 0xfffe }],
          services: [
            { code: 0x0049, blocks: new Uint8Array(32).fill(1), keyVersion: 0x0102 },
            { code: 0x004b },
            { code: 0x008d, blocks: concatBytes(new Uint8Array(16).fill(2), new Uint8Array(16).fill(3)) },
            { code: 0x00c8, blocks: new Uint8Array(16) },
          ],
        },
        { code: 0xfe00, services: [{ code: 0x400b, blocks: new Uint8Array(16).fill(9) }] },
      ],
    });
    tag.setPowered(true);
    return tag;
  }

  it("has systems with IDms of their own", () => {
    const tag = standard();
    expect(send(tag, `0C${IDM}`)?.slice(18)).toBe("020003FE00");
    expect(send(tag, "00FE000100")).toBe(`01${"1" + IDM.slice(1)}${PMM}FE00`);
    expect(send(tag, `06${"1" + IDM.slice(1)}010B40018000`)?.slice(18)).toBe(`000001${"09".repeat(16)}`);
    expect(tag.select({ technology: "nfc-f", idm: fromHex(IDM), pmm: fromHex(PMM), systemCode: 0xfe00 })).toMatchObject(
      [{ systemCode: 0xfe00 }],
    );
  });

  it("tells its services", () => {
    const tag = standard();
    expect(send(tag, `04${IDM}`)?.slice(18)).toBe("00");
    expect(send(tag, `02${IDM}0249004A00`)?.slice(18)).toBe("020201FFFF");
    expect(send(tag, `02${IDM}0149`)).toBeUndefined();
    const found = [0, 1, 2, 3, 4, 5].map((index) => send(tag, `0A${IDM}0${index}00`)?.slice(18));
    expect(found).toEqual(["0000FEFF", "4900", "4B00", "8D00", "C800", "FFFF"]);
  });

  it("reads and writes random and cyclic services, and shares the blocks of one number", () => {
    const tag = standard();
    const data = "AA".repeat(16);
    expect(send(tag, `08${IDM}014900018001${data}`)?.slice(18)).toBe("0000");
    expect(send(tag, `06${IDM}014B000280008001`)?.slice(18)).toBe(`000002${"01".repeat(16)}${data}`);
    expect(send(tag, `08${IDM}014B00018001${data}`)?.slice(18)).toBe("FFA5");
    expect(send(tag, `08${IDM}018D00018000${data}`)?.slice(18)).toBe("0000");
    expect(send(tag, `06${IDM}018D000280008001`)?.slice(18)).toBe(`000002${data}${"02".repeat(16)}`);
    expect(send(tag, `06${IDM}024900 8D00028000 8100`)?.slice(18)).toBe(`000002${"01".repeat(16)}${data}`);
    expect(send(tag, `06${IDM}01C800018000`)?.slice(18)).toBe("FFB1");
    expect(send(tag, `06${IDM}010900018000`)?.slice(18)).toBe("FFA6");
    expect(send(tag, `06${IDM}014900018002`)?.slice(18)).toBe("01A8");
    expect(send(tag, `06${IDM}01490001000000`)?.slice(18)).toBe(`000001${"01".repeat(16)}`);
    const image = tag.toImage();
    expect(image.kind === "standard" && toHex(image.systems[0]!.services[0]!.blocks!.subarray(16))).toBe(data);
  });
});

it("refuses an image that no card has", () => {
  const image = { kind: "lite", idm: fromHex(IDM), pmm: fromHex(PMM), blocks: new Map() } as const;
  expect(() => createFelicaTag({ ...image, idm: new Uint8Array(7) })).toThrow(/idm: 8 bytes/);
  expect(() => createFelicaTag({ ...image, blocks: new Map([[0, new Uint8Array(15)]]) })).toThrow(/block 0: 16 bytes/);
  expect(() => createFelicaTag({ ...image, blocks: new Map([[0x90, new Uint8Array(16)]]) })).toThrow(/block 90/);
  expect(() => createFelicaTag({ ...image, kind: "standard", systems: [] })).toThrow(/systems/);
  const services = [{ code: 0x49, blocks: new Uint8Array(3) }];
  expect(() => createFelicaTag({ ...image, kind: "standard", systems: [{ code: 3, services }] })).toThrow(/service 49/);
});
