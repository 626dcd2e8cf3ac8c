import { fromHex, toHex } from "@cardwire/core";
import { siliconBench } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { DesfireCard } from "../../test/desfire.ts";
import { isoDep } from "../family.ts";
import type { IsoDepApplicationLike } from "../virtual/application.ts";
import { createIsoDepCard } from "../virtual/card.ts";
import { createType4Application, type4Image, type Type4ImageOptions } from "../virtual/type4-application.ts";
import { buildType4Container, parseType4Container } from "./capability-container.ts";
import { Type4Tag } from "./type4-tag.ts";

const URI = fromHex("D1011255046578616D706C652E636F6D2F613F623D31");
const SELECT = ["00A4040007D276000085010100", "00A4000C02E103", "00B000000F", "00A4000C02E104", "00B0000002"];

function lay(application: IsoDepApplicationLike) {
  const bench = siliconBench(isoDep, createIsoDepCard({ uid: fromHex("04A1B2C3D4E5F0"), application }));
  return { bench, tag: new Type4Tag(bench), apdus: () => bench.apdus.map((apdu) => toHex(apdu)) };
}

function open(options: Type4ImageOptions = {}) {
  const application = createType4Application(type4Image(options));
  return { application, ...lay(application) };
}

describe("the capability container", () => {
  it.each([
    ["000F20003B00340406E10404000000", { fileId: 0xe104, fileBytes: 1024, lengthBytes: 2, majorVersion: 2 }],
    ["00113000FF00FF0608E105000120000000", { fileId: 0xe105, fileBytes: 0x12000, lengthBytes: 4, majorVersion: 3 }],
    ["000F2000F600F60406000108000000", { fileId: 0x0001, fileBytes: 0x800, maxReadBytes: 0xf6 }],
    ["001720010000FF0406E10401000000", { maxReadBytes: 0x100, maxWriteBytes: 0xff }],
    ["000F10003B00340406E1040EE00000", { majorVersion: 1, fileBytes: 0x0ee0 }],
  ])("%s", (hex, fields) => {
    expect(parseType4Container(fromHex(hex))).toMatchObject(fields);
  });

  it("what cannot be one is none", () => {
    for (const hex of [
      "000F20003B00340406E104040000", // short
      "000E20003B00340406E10404000000", // CCLEN
      "000F40003B00340406E10404000000", // version
      "000F20000E00340406E10404000000", // MLe
      "000F20003B00000406E10404000000", // MLc
      "000F20003B00340506E10404000000", // a proprietary file first
      "000F20003B00340407E10404000000", // length of the TLV
      "000F20003B00340406E10304000000", // the container's own file
      "000F20003B00340406E10400010000", // no room for the length
    ])
      expect(parseType4Container(fromHex(hex)), hex).toBeUndefined();
  });

  it("is built as it is read", () => {
    const fields = { maxReadBytes: 0x3b, maxWriteBytes: 0x34, fileId: 0xe104, fileBytes: 1024 };
    expect(toHex(buildType4Container(fields))).toBe("000F20003B00340406E10404000000");
    const large = { maxReadBytes: 0xff, maxWriteBytes: 0xff, fileId: 0xe105, fileBytes: 0x12000 };
    expect(toHex(buildType4Container(large))).toBe("00113000FF00FF0608E105000120000000");
  });
});

describe("reading", () => {
  it("sends what the specification has", async () => {
    const { tag, apdus } = open({ message: URI });
    expect(await tag.ndef.readBytes()).toEqual(URI);
    expect(apdus()).toEqual([...SELECT, "00B0000216"]);
    expect(await tag.ndef.state()).toEqual({
      type: 4,
      status: "message",
      version: "2.0",
      messageBytes: 22,
      capacityBytes: 1022,
      readAccess: "open",
      writeAccess: "open",
    });
  });

  it("reads a file of mapping version 3.0, beyond the reach of an offset too", async () => {
    const message = Uint8Array.from({ length: 0x9000 }, (_, index) => index % 251);
    const { tag, apdus } = open({ message, fileBytes: 0x12000, maxReadBytes: 0xff, maxWriteBytes: 0xff });
    expect(await tag.ndef.state()).toMatchObject({ version: "3.0", capacityBytes: 73_724 });
    expect(await tag.ndef.readBytes()).toEqual(message);
    expect(apdus().slice(2, 6)).toEqual(["00B000000F", "00B0000F02", "00A4000C02E104", "00B0000004"]);
    expect(apdus().at(-1)).toMatch(/^00B10000055403008[0-9A-F]{3}[0-9A-F]{2}$/);
  });

  it.each([
    ["without the application", () => Uint8Array.of(0x6a, 0x82)],
    ["of another kind", () => Uint8Array.of(0x6d, 0x00)],
  ])("a card %s has none", async (_name, application) => {
    const { tag, apdus } = lay(application);
    expect(await tag.ndef.read()).toBeUndefined();
    // with Le, without, and as mapping version 1.0 has it
    expect(apdus()).toEqual(["00A4040007D276000085010100", "00A4040007D2760000850101", "00A4040007D2760000850100"]);
    await expect(tag.ndef.write("Hello")).rejects.toMatchObject({ code: "NOT_FORMATTED" });
    await expect(tag.ndef.format()).rejects.toMatchObject({ code: "NOT_FORMATTABLE" });
  });

  it("a length beyond the file is an error", async () => {
    const image = type4Image({ fileBytes: 32 });
    image.files.get(0xe104)!.set([0x00, 0x1f]);
    await expect(lay(createType4Application(image)).tag.ndef.read()).rejects.toMatchObject({ field: "NLEN" });
  });
});

describe("writing", () => {
  it("zeroes the length, and writes it last", async () => {
    const { tag, apdus, application } = open({ message: URI });
    const message = Uint8Array.from({ length: 110 }, (_, index) => index);
    await tag.ndef.writeBytes(message, { verify: false });
    expect(apdus().filter((apdu) => apdu.startsWith("00D6"))).toEqual([
      "00D60000020000",
      `00D6000234${toHex(message.subarray(0, 52))}`,
      `00D6003634${toHex(message.subarray(52, 104))}`,
      `00D6006A06${toHex(message.subarray(104))}`,
      "00D6000002006E",
    ]);
    expect(await lay(createType4Application(application.toImage())).tag.ndef.readBytes()).toEqual(message);
  });

  it("writes beyond the reach of an offset by data objects", async () => {
    const { tag, apdus } = open({ fileBytes: 0x12000, maxReadBytes: 0xff, maxWriteBytes: 0x34 });
    const message = Uint8Array.from({ length: 0x8100 }, (_, index) => index % 251);
    await tag.ndef.writeBytes(message);
    expect(await tag.ndef.readBytes()).toEqual(message);
    const far = apdus().filter((apdu) => apdu.startsWith("00D7"));
    expect(far[0]).toMatch(/^00D70000[0-9A-F]{2}54030080[0-9A-F]{2}53/);
    for (const apdu of far) expect(Number.parseInt(apdu.slice(8, 10), 16)).toBeLessThanOrEqual(0x34);
  });

  it("what does not fit, or may not be written, is known before", async () => {
    const { tag, apdus } = open({ fileBytes: 32 });
    await expect(tag.ndef.writeBytes(new Uint8Array(31))).rejects.toMatchObject({
      code: "TOO_SMALL",
      capacityBytes: 30,
    });
    await tag.ndef.makeReadOnly();
    expect(apdus()).toContain("00D6000E01FF");
    await expect(tag.ndef.writeBytes(new Uint8Array(1))).rejects.toMatchObject({ code: "READ_ONLY" });
    expect(await tag.ndef.state()).toMatchObject({ writeAccess: "read-only" });
  });

  it("an access byte of the maker's own is a protected tag", async () => {
    const image = type4Image();
    image.container[14] = 0x80;
    const { tag } = lay(createType4Application(image));
    expect(await tag.ndef.read()).toEqual({ records: [] });
    await expect(tag.ndef.write("Hello")).rejects.toMatchObject({ code: "PROTECTED" });
  });

  it("a card pulled at any moment holds the old message, none, or the new one", async () => {
    const message = new Uint8Array(110).fill(0x5a);
    for (let pullAfter = 0, complete = false; !complete; pullAfter++) {
      const { tag, bench, application } = open({ message: URI });
      bench.pullAfter = pullAfter;
      complete = await tag.ndef.writeBytes(message).then(
        () => true,
        () => false,
      );
      const after = await lay(createType4Application(application.toImage())).tag.ndef.readBytes();
      expect([toHex(URI), "", toHex(message)]).toContain(toHex(after!));
    }
  });
});

describe("a DESFire", () => {
  it("is formatted, written, and sealed", async () => {
    const card = new DesfireCard({ storage: 0x18 });
    const { tag, apdus } = lay(card);
    expect((await tag.readDesfireVersion())?.storageBytes).toBe(4096);
    expect(await tag.ndef.read()).toBeUndefined();
    await tag.ndef.format();
    // the container, which makes it count, comes last
    const container = "000F20003B00340406E10410000000";
    expect(apdus().filter((apdu) => /^90(5A|CA|CD|3D)/.test(apdu))).toEqual([
      "905A00000300000000",
      "90CA00000E0100000F2110E1D276000085010100",
      "905A00000301000000",
      "90CD0000090204E100EEEE00100000",
      "903D000009020000000200000000" + "00",
      "90CD0000090103E100EEEE0F000000",
      `903D000016010000000F0000${container}00`,
    ]);
    expect(await tag.ndef.state()).toMatchObject({ status: "empty", capacityBytes: 4094 });
    await tag.ndef.writeBytes(URI);
    expect(await lay(card).tag.ndef.readBytes()).toEqual(URI);
    await tag.ndef.makeReadOnly();
    for (const { access } of card.apps.get("010000")!.files.values()) expect(access).toBe("FFEF");
    await expect(tag.ndef.write("Hello")).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  it("whose master key guards it is left as it is", async () => {
    const card = new DesfireCard({ letsCreate: false });
    await expect(lay(card).tag.ndef.format()).rejects.toMatchObject({ code: "NOT_FORMATTABLE" });
    expect(card.apps.size).toBe(0);
  });

  it("pulled while it is formatted is blank or formatted, and can be formatted again", async () => {
    for (let pullAfter = 0, complete = false; !complete; pullAfter++) {
      const card = new DesfireCard();
      const { tag, bench } = lay(card);
      bench.pullAfter = pullAfter;
      complete = await tag.ndef.format().then(
        () => true,
        () => false,
      );
      const { status } = await lay(card).tag.ndef.state();
      expect(["unformatted", "empty"]).toContain(status);
      await lay(card).tag.ndef.format();
      expect(await lay(card).tag.ndef.state()).toMatchObject({ status: "empty", capacityBytes: 2046 });
    }
  });
});
