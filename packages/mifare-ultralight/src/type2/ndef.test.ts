import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { layOn } from "../../test/connection.ts";
import { open, PROFILES, TEXT_MESSAGE, withBytes } from "../../test/opened.ts";
import { freshImage, powered } from "../../test/silicon.ts";
import { Type2Tag, type UltralightProductName } from "../index.ts";
import type { MifareUltralightImage } from "../virtual.ts";

describe("NDEF", () => {
  test("an empty tag that format made, a message, and back", async () => {
    for (const product of ["NTAG213", "NTAG216", "MIFARE Ultralight", "MIFARE Ultralight C"] as const)
      for (const profile of PROFILES) {
        const blank = freshImage(product);
        blank.pages.fill(0, 12, 0x10 * 4);
        const { tag, silicon } = open(blank, profile);
        expect(await tag.ndef.readBytes()).toBeUndefined();
        await expect(tag.ndef.writeBytes(TEXT_MESSAGE)).rejects.toMatchObject({ code: "NOT_FORMATTED" });
        await tag.ndef.format();
        expect(await tag.ndef.readBytes()).toEqual(new Uint8Array(0));
        await tag.ndef.writeBytes(TEXT_MESSAGE);
        expect(await tag.ndef.readBytes()).toEqual(TEXT_MESSAGE);
        expect(await new Type2Tag(layOn(silicon).connection).ndef.readBytes()).toEqual(TEXT_MESSAGE);
      }
  });

  test.each<[UltralightProductName, string]>([
    ["MIFARE Ultralight", "E11006000300FE00"],
    ["NTAG203", "E11012000103A010440300FE"],
    ["NTAG212", "E11010000103900A340300FE"],
    ["NTAG213", "E11012000103A00C340300FE"],
    ["NTAG215", "E1103E000300FE00"],
    ["NTAG216", "E1106D000300FE00"],
  ])("format makes of %s what the factory does", async (product, bytes) => {
    const blank = freshImage(product);
    blank.pages.fill(0, 12, 28);
    const { tag, silicon } = open(blank);
    await tag.ndef.format();
    expect(toHex(silicon.toImage().pages.subarray(12, 12 + bytes.length / 2))).toBe(bytes);
  });

  test("format refuses a page 3 that says something else", async () => {
    const { tag, silicon } = open(withBytes(freshImage("NTAG215"), 3, "F110FFEE"));
    const before = silicon.toImage();
    await expect(tag.ndef.format()).rejects.toMatchObject({ code: "NOT_FORMATTABLE" });
    expect(silicon.toImage()).toEqual(before);
  });

  test("no more is read than needed", async () => {
    const image = withBytes(freshImage("NTAG213"), 4, `0314${toHex(TEXT_MESSAGE)}FE00`);
    const { tag, reader } = open(image);
    expect(await tag.ndef.readBytes()).toEqual(TEXT_MESSAGE);
    // pages 3 to 6, and then those up to the end of the message
    expect(reader.air).toEqual(["3003", "3007"]);
  });

  test("a long message comes by FAST_READ", async () => {
    const { tag, reader } = open(withBytes(freshImage("NTAG216"), 4, `03FF0300${"5A".repeat(768)}FE`));
    expect(await tag.ndef.readBytes()).toEqual(new Uint8Array(768).fill(0x5a));
    expect(reader.air).toEqual(["3003", "60", "3A0742", "3A437E", "3A7FBA", "3ABBC4"]);
  });

  test("a message written over another is whole or gone, wherever the tag is pulled", async () => {
    const old = `0314${toHex(TEXT_MESSAGE)}FE00`;
    const longer = new Uint8Array(100).fill(0x5a);
    let writes = 0;
    for (let pulled = 0; ; pulled++) {
      const { tag, reader, silicon } = open(withBytes(freshImage("NTAG213"), 4, old));
      await tag.ndef.readBytes();
      reader.pullAfter(pulled);
      const failed = await tag.ndef.writeBytes(longer).then(
        () => false,
        () => true,
      );
      const found = await new Type2Tag(layOn(powered(silicon.toImage())).connection).ndef.readBytes();
      expect([toHex(TEXT_MESSAGE), "", toHex(longer)]).toContain(toHex(found!));
      if (!failed) break;
      writes++;
    }
    expect(writes).toBeGreaterThan(25);
  });

  test("the order of a first message: body with length 0, then the length", async () => {
    // an Ultralight that holds nothing, and a message of 22 bytes, as nfcpy writes it
    const { tag, reader } = open(withBytes(freshImage("MIFARE Ultralight"), 4, "0300FE00" + "00".repeat(44)));
    await tag.ndef.writeBytes(fromHex("D1011255046578616D706C652E636F6D2F613F623D31"));
    expect(reader.air.filter((line) => line.startsWith("A2"))).toEqual([
      "A2040300D101",
      "A20512550465",
      "A20678616D70",
      "A2076C652E63",
      "A2086F6D2F61",
      "A2093F623D31",
      "A20AFE000000",
      "A2040316D101",
    ]);
  });

  test("a read-only tag, and a message that does not fit", async () => {
    const { tag } = open(withBytes(freshImage("NTAG213"), 3, "E110120F0300FE00"));
    await expect(tag.ndef.writeBytes(TEXT_MESSAGE)).rejects.toMatchObject({ code: "READ_ONLY" });
    const small = open(withBytes(freshImage("MIFARE Ultralight"), 4, "0300FE00"));
    await expect(small.tag.ndef.writeBytes(new Uint8Array(47))).rejects.toMatchObject({
      code: "TOO_SMALL",
      messageBytes: 47,
      capacityBytes: 46,
    });
    expect(small.reader.air.filter((line) => line.startsWith("A2"))).toEqual([]);
    await small.tag.ndef.writeBytes(new Uint8Array(46));
  });

  test("its state", async () => {
    const state = (image: MifareUltralightImage) => open(image).tag.ndef.state();
    const blank = freshImage("NTAG215");
    blank.pages.fill(0, 12, 28);
    expect(await state(blank)).toMatchObject({ type: 2, status: "unformatted", capacityBytes: 0 });
    const full = { type: 2, version: "1.0", readAccess: "open", writeAccess: "open" };
    expect(await state(withBytes(freshImage("NTAG213"), 4, "0103A00C340300FE"))).toEqual({
      ...full,
      status: "empty",
      messageBytes: 0,
      capacityBytes: 137,
    });
    // what makers leave in page 3, and how much fits, nfcpy says the same
    for (const [product, capacityBytes] of [
      ["MIFARE Ultralight", 46],
      ["NTAG215", 492],
      ["NTAG216", 868],
    ] as const)
      expect(await state(withBytes(freshImage(product), 4, `0314${toHex(TEXT_MESSAGE)}FE00`))).toEqual({
        ...full,
        status: "message",
        messageBytes: 20,
        capacityBytes,
      });
    expect(await state(withBytes(freshImage("NTAG213"), 3, "E110120F0300FE00"))).toMatchObject({
      status: "empty",
      writeAccess: "read-only",
    });
    // an access nibble of the maker's own, as tools that set a password leave it
    expect(await state(withBytes(freshImage("NTAG213"), 3, "E11012080300FE00"))).toMatchObject({
      readAccess: "open",
      writeAccess: "protected",
    });
  });

  test("behind a password there is no message to be read, written or sealed", async () => {
    for (const profile of PROFILES) {
      const { tag, silicon } = open(withBytes(freshImage("NTAG213"), 4, `0314${toHex(TEXT_MESSAGE)}FE00`), profile);
      const password = fromHex("12345678");
      await tag.protect({ password, acknowledgement: fromHex("ABCD"), firstPage: 4, protectsRead: true });
      silicon.select();
      expect(await tag.ndef.state()).toMatchObject({ status: "empty", readAccess: "protected" });
      for (const call of [tag.ndef.read(), tag.ndef.makeReadOnly()])
        await expect(call).rejects.toMatchObject({ code: "PROTECTED", fault: "caller" });
      await tag.authenticate(password);
      expect(await tag.ndef.readBytes()).toEqual(TEXT_MESSAGE);
    }
  });

  test("a message that crosses into the second sector of an NTAG I2C", async () => {
    const { tag, silicon } = open(withBytes(freshImage("NTAG I2C 2k"), 3, "E110EA000300FE00"));
    const message = Uint8Array.from({ length: 1500 }, (_, index) => index % 251);
    await tag.ndef.writeBytes(message);
    expect(await new Type2Tag(layOn(silicon).connection).ndef.readBytes()).toEqual(message);
  });

  test("a tag without a sealable message is not sealed", async () => {
    const { tag, silicon } = open(withBytes(freshImage("NTAG213"), 4, "0303D10101FE"));
    const before = silicon.toImage();
    await expect(tag.ndef.makeReadOnly()).rejects.toMatchObject({ name: "FormatError" });
    expect(silicon.toImage()).toEqual(before);
    const blank = freshImage("NTAG213");
    blank.pages.fill(0, 12, 28);
    await expect(open(blank).tag.ndef.makeReadOnly()).rejects.toMatchObject({ code: "NOT_FORMATTED" });
  });
});
