import { WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";
import { type ConformanceProfile, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { open, PROFILES, withBytes } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { type UltralightProductName, ultralightProducts } from "../index.ts";

describe("reading the whole tag", () => {
  test.each<[UltralightProductName, number, number]>([
    // product, exchanges within replies of 240 bytes, within any
    ["MIFARE Ultralight", 4, 4],
    ["MIFARE Ultralight C", 11, 11],
    ["NTAG203", 11, 11],
    ["NTAG213", 1, 1],
    ["NTAG215", 3, 1],
    ["NTAG216", 4, 1],
  ])("%s takes %i exchanges", async (product, within240, within1024) => {
    for (const [maxReplyBytes, exchanges] of [
      [240, within240],
      [1024, within1024],
    ] as const) {
      const { tag, reader, silicon } = open(freshImage(product), "documented", { maxReplyBytes });
      await tag.identify();
      reader.air.length = 0;
      const { ranges, missing } = await tag.readAll();
      expect(reader.air).toHaveLength(exchanges);
      const data = ranges[0]!.data;
      expect(ranges).toHaveLength(1);
      const { hiddenFrom } = ultralightProducts[product];
      expect(missing).toEqual(hiddenFrom === undefined ? [] : [[hiddenFrom, 0x2f]]);
      const expected = silicon.toImage().pages.slice(0, data.length);
      // PWD reads as zeros
      if (product === "NTAG213") expected.fill(0, 0x2b * 4);
      if (product === "NTAG215") expected.fill(0, 0x85 * 4);
      if (product === "NTAG216") expected.fill(0, 0xe5 * 4);
      expect(toHex(data)).toBe(toHex(expected));
    }
  });

  test.each<UltralightProductName>(["NTAG216", "MIFARE Ultralight", "NTAG I2C plus 1k"])(
    "%s comes the same way by both PROFILES, and without frames",
    async (product) => {
      const read = async (profile: ConformanceProfile, options: object) => {
        const { tag } = open(freshImage(product), profile, options);
        const [first] = (await tag.readAll()).ranges;
        return toHex(first!.data);
      };
      const whole = await read("documented", {});
      expect(await read("nfccx", {})).toBe(whole);
      expect(await read("nfccx", { dialect: WINDOWS_NFC_DIALECT })).toBe(whole);
      const blind = await read("documented", { raw: "none" });
      expect(whole.startsWith(blind)).toBe(true);
    },
  );

  test("both sectors of NTAG I2C 2k", async () => {
    const { tag, reader, silicon } = open(freshImage("NTAG I2C 2k"), "documented", { maxReplyBytes: 1024 });
    const { ranges, missing } = await tag.readAll();
    expect(missing).toEqual([]);
    expect(ranges.map(({ first }) => first)).toEqual([0x000, 0x100, 0x1e8, 0x3f8]);
    expect(toHex(ranges[1]!.data)).toBe(toHex(silicon.toImage().pages.subarray(256 * 4, (256 + 0xe1) * 4)));
    expect(reader.air).toContain("01000000 no reply");
    expect(toHex(await tag.readPages(4, 1))).toBe("04040404");
  });

  test("pages that need a password are told as missing, and nothing that rolled over is taken for them", async () => {
    for (const profile of PROFILES) {
      const image = withBytes(freshImage("NTAG213"), 0x29, "040000068 0".replace(" ", "") + "000000");
      const { tag } = open(image, profile);
      const { ranges, missing } = await tag.readAll();
      expect(ranges).toEqual([{ first: 0, data: image.pages.slice(0, 24) }]);
      expect(missing).toEqual([[6, 0x2c]]);
    }
  });

  test("so are those of Ultralight C, which has no FAST_READ", async () => {
    const image = withBytes(withBytes(freshImage("MIFARE Ultralight C"), 0x2a, "0A000000"), 0x2b, "00000000");
    const { tag } = open(image);
    const { ranges, missing } = await tag.readAll();
    expect(ranges).toEqual([{ first: 0, data: image.pages.slice(0, 40) }]);
    expect(missing).toEqual([
      [10, 0x2b],
      [0x2c, 0x2f],
    ]);
  });
});
