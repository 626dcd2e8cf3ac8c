import { toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { open, TEXT_MESSAGE, withBytes } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { ultralightProducts } from "../index.ts";

describe("locking", () => {
  test("pages are locked with their groups", async () => {
    const { tag, silicon } = open(freshImage("NTAG213"));
    expect(await tag.lockPages([4, 17])).toEqual([4, 16, 17]);
    expect(toHex(silicon.toImage().pages.subarray(8, 12))).toBe("F7481000");
    expect(toHex(silicon.toImage().pages.subarray(0x28 * 4, 0x28 * 4 + 4))).toBe("01000000");
  });

  test("a tag made read-only takes nothing any more", async () => {
    for (const product of ["NTAG213", "NTAG216", "MIFARE Ultralight", "MIFARE Ultralight EV1 128"] as const) {
      const { tag, silicon } = open(withBytes(freshImage(product), 4, "0300FE00"));
      await tag.ndef.makeReadOnly();
      expect(silicon.toImage().pages[15]! & 15).toBe(15);
      const [[first, last]] = ultralightProducts[product].user as [[number, number]];
      for (const page of [3, first, 15, last])
        await expect(tag.writePage(page, new Uint8Array(4))).rejects.toMatchObject({ code: "STATUS_WORD" });
      await expect(tag.ndef.writeBytes(TEXT_MESSAGE)).rejects.toMatchObject({ code: "READ_ONLY" });
    }
  });
});
