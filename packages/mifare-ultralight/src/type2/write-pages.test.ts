import { fromHex, toHex } from "@cardwire/core";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { describe, expect, test } from "vitest";
import { open, PROFILES } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { Type2Tag } from "../index.ts";

describe("writing", () => {
  test("pages, in both PROFILES and both sectors", async () => {
    for (const profile of PROFILES) {
      const { tag, silicon } = open(freshImage("NTAG213"), profile);
      await tag.writePage(5, fromHex("DEADBEEF"));
      await tag.writePages(6, fromHex("0011223344556677"));
      expect(toHex(silicon.toImage().pages.subarray(20, 32))).toBe("DEADBEEF0011223344556677");
    }
    const { tag, silicon } = open(freshImage("NTAG I2C 2k"));
    await tag.writePages(0xff, fromHex("DEADBEEFCAFEBABE"));
    expect(toHex(silicon.toImage().pages.subarray(0xff * 4, 0x101 * 4))).toBe("DEADBEEFCAFEBABE");
  });

  test("a tag pulled meanwhile is reported with what was written", async () => {
    for (const profile of PROFILES) {
      const { tag, reader } = open(freshImage("NTAG213"), profile);
      reader.pullAfter(2);
      await expect(tag.writePages(4, new Uint8Array(16))).rejects.toMatchObject({
        code: "WRITE_INTERRUPTED",
        pagesWritten: [4, 5],
        pagesLeft: [6, 7],
        cause: expect.objectContaining({ message: "card removed" }) as Error,
      });
    }
  });

  test("a page that cannot be written is a status word", async () => {
    const { tag } = open(freshImage("NTAG213"));
    await expect(tag.writePage(0xf0, new Uint8Array(4))).rejects.toMatchObject({ code: "STATUS_WORD", sw: 0x6a82 });
    await expect(tag.readPages(0xf0, 1)).rejects.toMatchObject({ code: "STATUS_WORD", sw: 0x6a82 });
  });

  test("what is no page is refused before anything is sent", async () => {
    const { tag, reader } = open(freshImage("NTAG213"));
    expect(() => tag.writePage(4, new Uint8Array(3))).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
    expect(() => tag.writePages(4, new Uint8Array(6))).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
    expect(() => tag.readPages(4, 0)).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
    await tag.readCapabilityContainer();
    expect(reader.air).toEqual(["3003"]);
  });

  test("an aborted signal stops before the next page", async () => {
    const { tag, reader } = open(freshImage("NTAG213"));
    const controller = new AbortController();
    const transmit = reader.connection.transmit.bind(reader.connection);
    const counting: TagConnection = {
      transmit(command, options) {
        if (reader.commands.length === 1) controller.abort(new Error("enough"));
        return transmit(command, options);
      },
    };
    const write = new Type2Tag(counting).writePages(4, new Uint8Array(16), { signal: controller.signal });
    await expect(write).rejects.toMatchObject({ code: "WRITE_INTERRUPTED", pagesWritten: [4, 5], pagesLeft: [6, 7] });
    expect(await tag.readPages(4, 1)).toEqual(new Uint8Array(4));
  });
});
