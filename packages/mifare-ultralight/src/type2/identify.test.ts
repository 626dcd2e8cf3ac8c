import { fromHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { open, PROFILES } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { type UltralightProductName, ultralightProducts } from "../index.ts";

const names = Object.keys(ultralightProducts) as UltralightProductName[];

describe("identify", () => {
  test.each(names)("%s", async (product) => {
    for (const profile of PROFILES) {
      const { tag, reader } = open(freshImage(product), profile);
      const identity = await tag.identify();
      expect(identity.product?.name).toBe(product);
      expect(identity.version).toEqual(
        ultralightProducts[product].version && Uint8Array.from(ultralightProducts[product].version),
      );
      // asked once only, and the tag is left selected
      const before = reader.air.length;
      await tag.identify();
      expect(reader.air).toHaveLength(before);
      expect(await tag.readPages(0, 1)).toHaveLength(4);
    }
  });

  test("costs one frame where the tag knows GET_VERSION, two selections where it knows nothing", async () => {
    const ntag = open(freshImage("NTAG216"));
    await ntag.tag.identify();
    expect(ntag.reader.air).toEqual(["60"]);
    const first = open(freshImage("MIFARE Ultralight"));
    await first.tag.identify();
    expect(first.reader.air).toEqual(["60", "reselect", "1A00", "reselect"]);
  });

  test("a version of 50 pF, and one of another maker, are the same product", async () => {
    for (const version of ["0004030201000B03", "0034030101000B03"]) {
      const { tag } = open({ ...freshImage("MIFARE Ultralight EV1 48"), version: fromHex(version) });
      expect((await tag.identify()).product?.name).toBe("MIFARE Ultralight EV1 48");
    }
    const { tag } = open({ ...freshImage("NTAG213"), version: fromHex("0004FF0201007703") });
    expect(await tag.identify()).toMatchObject({ product: undefined, version: fromHex("0004FF0201007703") });
  });

  test("behind a reader without frames nobody knows", async () => {
    const { tag, reader } = open(freshImage("NTAG213"), "documented", { raw: "none" });
    expect(await tag.identify()).toEqual({ product: undefined, version: undefined });
    expect(reader.air).toEqual([]);
  });
});
