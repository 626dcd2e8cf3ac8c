import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { buildMad, MAD_AID_NDEF, madVersionOf, parseMad } from "./mad.ts";

const ndefFrom = (first: number, last: number): Map<number, number> =>
  new Map(Array.from({ length: last - first + 1 }, (_, index) => [first + index, MAD_AID_NDEF]));

describe("the application directory", () => {
  // directories that phones and other libraries write
  it.each([
    [1, ndefFrom(1, 15), `14 01 ${"03E1".repeat(15)}`],
    [0, ndefFrom(1, 15), `0F 00 ${"03E1".repeat(15)}`],
    [0, ndefFrom(1, 2), `E8 00 03E1 03E1 ${"0000".repeat(13)}`],
  ])("with publisher sector %i is written and read", (publisherSector, aids, hex) => {
    const { mad1, mad2 } = buildMad({ version: 1, publisherSector, aids });
    expect(toHex(mad1)).toBe(toHex(fromHex(hex)));
    expect(mad2).toBeUndefined();
    const read = parseMad(mad1);
    expect(read.publisherSector).toBe(publisherSector);
    for (let sector = 1; sector < 16; sector++) expect(read.aids.get(sector)).toBe(aids.get(sector) ?? 0);
  });

  it.each([
    [1, `E8 01 ${"03E1".repeat(23)}`],
    [0, `9E 00 ${"03E1".repeat(23)}`],
  ])("has a second part on a 4K", (publisherSector, hex) => {
    const aids = new Map([...ndefFrom(1, 15), ...ndefFrom(17, 39)]);
    const { mad1, mad2 } = buildMad({ version: 2, publisherSector, aids });
    expect(toHex(mad2!)).toBe(toHex(fromHex(hex)));
    expect(parseMad(mad1, mad2)).toEqual({ version: 2, publisherSector, aids });
  });

  it("refuses a CRC that does not agree, a wrong length and sectors that it cannot name", () => {
    expect(() => parseMad(fromHex(`15 01 ${"03E1".repeat(15)}`))).toThrow(/MAD1 CRC.*15.*should be 14/);
    expect(() => parseMad(new Uint8Array(31))).toThrow(/MAD1: 32 bytes/);
    for (const sector of [0, 16, 17, 1.5])
      expect(() => buildMad({ version: 1, publisherSector: 0, aids: new Map([[sector, 1]]) })).toThrow(
        /no place in MAD1/,
      );
    expect(() => buildMad({ version: 1, publisherSector: 64, aids: new Map() })).toThrow(/publisherSector/);
    expect(() => buildMad({ version: 1, publisherSector: 0, aids: new Map([[1, 0x10000]]) })).toThrow(/AID/);
  });

  it("is announced by the general purpose byte", () => {
    expect([0xc1, 0xc2, 0x69, 0x83, 0x40].map(madVersionOf)).toEqual([1, 2, undefined, undefined, undefined]);
  });
});
