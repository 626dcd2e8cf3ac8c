import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildContactlessAtr, type ContactlessAtr, parseContactlessAtr } from "./contactless-atr.ts";
import { buildIsoDepAtrTypeA } from "./iso-dep-atr.ts";
import { parseAtr } from "./parse-atr.ts";

const parse = (hex: string) => parseContactlessAtr(fromHex(hex));
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

describe("parseContactlessAtr", () => {
  it("storage cards: SS, NN, and reserved bytes that a B reader fills", () => {
    expect(parse("3B8F8001804F0CA00000030603003D0000000056")).toMatchObject({
      kind: "storage-card",
      standard: 0x03,
      cardName: 0x003d,
      reserved: new Uint8Array(4),
    });
    expect(parse("3B8F8001804F0CA000000306074344600201E4EF")).toMatchObject({
      kind: "storage-card",
      standard: 0x07,
      cardName: 0x4344,
      reserved: fromHex("600201E4"),
    });
  });

  it("an application identifier that is not PC/SC's makes no storage card", () => {
    // Resident Identity Card of the People's Republic of China
    expect(parse("3B868001804F03F001003A")?.kind).toBe("iso-dep-a");
  });

  it("ISO 14443-4 type A", () => {
    expect(parse("3B8180018080")).toEqual({ kind: "iso-dep-a", historicalBytes: fromHex("80") });
    expect(parse("3B80800101")).toEqual({ kind: "iso-dep-a", historicalBytes: new Uint8Array(0) });
  });

  it("ISO 14443-4 type B", () => {
    expect(parse("3B88800111223344008181703D")).toEqual({
      kind: "iso-dep-b",
      applicationData: fromHex("11223344"),
      protocolInfo: fromHex("008181"),
      mbli: 7,
    });
  });

  // real cards
  it.each([
    ["US passport", "3B888001E1F35E117381A50003", "iso-dep-b"],
    ["German passport", "3B888001E1F35E117783D50075", "iso-dep-b"],
    ["Romanian passport", "3B88800100000000778191107E", "iso-dep-b"],
    ["Navigo", "3B8880010000000000718100F9", "iso-dep-b"],
    ["T-Money", "3B888001040200200071C140DF", "iso-dep-b"],
    ["Rutoken ECP 3.0", "3B88800152745343778183206A", "iso-dep-b"],
    ["Nokia 6131, category 00", "3B8880010073C8401300900071", "iso-dep-a"],
    ["iShield Key, category 80", "3B8880018073C8211052B5CF2B", "iso-dep-a"],
    ["bunq, the last nibble is no MBLI", "3B888001534C4A01305023100E", "iso-dep-a"],
    ["Lithuanian identity card: smartApp", "3B888001536D61727441707011", "iso-dep-a"],
    ["Legic Advant: ESCOS100", "3B8880014553434F5331303071", "iso-dep-a"],
  ])("eight historical bytes: %s", (_, hex, kind) => {
    expect(parse(hex)?.kind).toBe(kind);
  });

  it("Innovatron B′, with and without a category indicator", () => {
    expect(parse("3B8F8001805A0A010320031111223344829000B8")?.kind).toBe("innovatron");
    expect(parseContactlessAtr(buildIsoDepAtrTypeA(fromHex("5A0A0103200311")))?.kind).toBe("innovatron");
    expect(parseContactlessAtr(buildIsoDepAtrTypeA(fromHex("805A08")))?.kind).toBe("iso-dep-a");
  });

  it("takes what parseAtr made, and does not mind a wrong TCK or surplus bytes", () => {
    expect(parseContactlessAtr(parseAtr(fromHex("3B8180018000")))?.kind).toBe("iso-dep-a");
    expect(parse("3B84800101112003369000")?.kind).toBe("iso-dep-a");
  });

  it.each([
    "",
    "3B",
    "3B00",
    "3B8180",
    "3B018001",
    "3F8180018080",
    "3B81800280",
    "3BFA1300FF813180450031C173C00100009000B1",
    "3B8F800180",
  ])("is silent about %s", (hex) => {
    expect(parse(hex)).toBeUndefined();
  });

  it("undoes buildContactlessAtr", () => {
    const card: fc.Arbitrary<ContactlessAtr> = fc.oneof(
      fc.record({
        kind: fc.constant("storage-card" as const),
        standard: fc.integer({ min: 0, max: 0xff }),
        cardName: fc.integer({ min: 0, max: 0xffff }),
        reserved: bytes(4),
      }),
      fc.record({
        kind: fc.constant("iso-dep-b" as const),
        // AFI 80 and above would look like COMPACT-TLV
        applicationData: bytes(4).map((data) => data.map((byte, index) => (index === 0 ? byte & 0x0f : byte))),
        // bit 4 of both is zero, bit 1 of the second says 14443-4, FWI is not 15
        protocolInfo: bytes(3).map(([a = 0, b = 0, c = 0]) => Uint8Array.of(a & 0xf7, (b & 0xf6) | 1, c & 0x7f)),
        mbli: fc.integer({ min: 0, max: 15 }),
      }),
    );
    fc.assert(
      fc.property(card, (said) => {
        expect(parseContactlessAtr(buildContactlessAtr(said))).toEqual(said);
      }),
    );
  });

  it("is undone by buildContactlessAtr", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 15 }), fc.boolean(), (historicalBytes, storage) => {
        if (storage && historicalBytes.length === 15) historicalBytes.set(fromHex("804F0CA000000306"));
        const atr = buildIsoDepAtrTypeA(historicalBytes);
        const card = parseContactlessAtr(atr);
        expect(card).toBeDefined();
        expect(toHex(buildContactlessAtr(card!))).toBe(toHex(atr));
      }),
    );
  });

  it("takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (noise) => {
        noise.set(fromHex("3B8F8001").subarray(0, noise.length));
        parseContactlessAtr(noise);
      }),
    );
  });
});
