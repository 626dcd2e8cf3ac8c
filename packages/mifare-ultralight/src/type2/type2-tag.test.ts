import { ACR122U_DIALECT, IDENTIV_DIALECT, WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";
import { type ConformanceProfile, fromHex, toHex } from "@cardwire/core";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { describe, expect, test } from "vitest";
import { layOn } from "../../test/connection.ts";
import { freshImage, powered } from "../../test/silicon.ts";
import { Type2Tag, type UltralightProductName, ultralightProducts } from "../index.ts";
import { createMifareUltralightTag, type MifareUltralightImage, type MifareUltralightTag } from "../virtual.ts";

const profiles: readonly ConformanceProfile[] = ["documented", "nfccx"];
const names = Object.keys(ultralightProducts) as UltralightProductName[];

function open(image: MifareUltralightImage, profile: ConformanceProfile = "documented", options = {}) {
  const silicon = createMifareUltralightTag(image);
  const reader = layOn(silicon, profile);
  return { silicon, reader, tag: new Type2Tag(reader.connection, options) };
}

const text = fromHex("D1010F5402656E48656C6C6F2C20776F726C6421");

/** The image with bytes put at a page. */
function withBytes(image: MifareUltralightImage, page: number, hex: string): MifareUltralightImage {
  const pages = image.pages.slice();
  pages.set(fromHex(hex), page * 4);
  return { ...image, pages };
}

describe("identify", () => {
  test.each(names)("%s", async (product) => {
    for (const profile of profiles) {
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
    "%s comes the same way by both profiles, and without frames",
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
    for (const profile of profiles) {
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

describe("writing", () => {
  test("pages, in both profiles and both sectors", async () => {
    for (const profile of profiles) {
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
    for (const profile of profiles) {
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

describe("NDEF", () => {
  test("an empty tag that format made, a message, and back", async () => {
    for (const product of ["NTAG213", "NTAG216", "MIFARE Ultralight", "MIFARE Ultralight C"] as const)
      for (const profile of profiles) {
        const blank = freshImage(product);
        blank.pages.fill(0, 12, 0x10 * 4);
        const { tag, silicon } = open(blank, profile);
        expect(await tag.ndef.readBytes()).toBeUndefined();
        await expect(tag.ndef.writeBytes(text)).rejects.toMatchObject({ code: "NOT_FORMATTED" });
        await tag.ndef.format();
        expect(await tag.ndef.readBytes()).toEqual(new Uint8Array(0));
        await tag.ndef.writeBytes(text);
        expect(await tag.ndef.readBytes()).toEqual(text);
        expect(await new Type2Tag(layOn(silicon).connection).ndef.readBytes()).toEqual(text);
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
    const image = withBytes(freshImage("NTAG213"), 4, `0314${toHex(text)}FE00`);
    const { tag, reader } = open(image);
    expect(await tag.ndef.readBytes()).toEqual(text);
    // pages 3 to 6, and then those up to the end of the message
    expect(reader.air).toEqual(["3003", "3007"]);
  });

  test("a long message comes by FAST_READ", async () => {
    const { tag, reader } = open(withBytes(freshImage("NTAG216"), 4, `03FF0300${"5A".repeat(768)}FE`));
    expect(await tag.ndef.readBytes()).toEqual(new Uint8Array(768).fill(0x5a));
    expect(reader.air).toEqual(["3003", "60", "3A0742", "3A437E", "3A7FBA", "3ABBC4"]);
  });

  test("a message written over another is whole or gone, wherever the tag is pulled", async () => {
    const old = `0314${toHex(text)}FE00`;
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
      expect([toHex(text), "", toHex(longer)]).toContain(toHex(found!));
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
    await expect(tag.ndef.writeBytes(text)).rejects.toMatchObject({ code: "READ_ONLY" });
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
      expect(await state(withBytes(freshImage(product), 4, `0314${toHex(text)}FE00`))).toEqual({
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
    for (const profile of profiles) {
      const { tag, silicon } = open(withBytes(freshImage("NTAG213"), 4, `0314${toHex(text)}FE00`), profile);
      const password = fromHex("12345678");
      await tag.protect({ password, acknowledgement: fromHex("ABCD"), firstPage: 4, protectsRead: true });
      silicon.select();
      expect(await tag.ndef.state()).toMatchObject({ status: "empty", readAccess: "protected" });
      for (const call of [tag.ndef.read(), tag.ndef.makeReadOnly()])
        await expect(call).rejects.toMatchObject({ code: "PROTECTED", fault: "caller" });
      await tag.authenticate(password);
      expect(await tag.ndef.readBytes()).toEqual(text);
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
      await expect(tag.ndef.writeBytes(text)).rejects.toMatchObject({ code: "READ_ONLY" });
    }
  });
});

describe("passwords and keys", () => {
  const password = fromHex("12345678");

  test("protect, then authenticate", async () => {
    for (const profile of profiles) {
      const { tag, silicon } = open(freshImage("NTAG213"), profile);
      await tag.protect({ password, acknowledgement: fromHex("ABCD"), firstPage: 4, protectsRead: true, attempts: 5 });
      expect(toHex(silicon.toImage().pages.subarray(0x29 * 4))).toBe("04000004" + "85000000" + "12345678" + "ABCD0000");
      silicon.select();
      expect(toHex(await tag.authenticate(password))).toBe("ABCD");
      expect(await tag.readPages(4, 1)).toHaveLength(4);
      await tag.writePage(4, fromHex("DEADBEEF"));
      await expect(tag.authenticate(fromHex("00000000"))).rejects.toMatchObject({ code: "WRONG_KEY" });
      // the refusal closed the pages, and left the tag selected
      await expect(tag.readPages(4, 1)).rejects.toMatchObject({ code: "STATUS_WORD" });
    }
  });

  test("AUTH0 is written last", async () => {
    const { tag, reader } = open(freshImage("NTAG213"));
    await tag.identify();
    reader.air.length = 0;
    await tag.protect({ password, acknowledgement: fromHex("ABCD"), firstPage: 4 });
    expect(reader.air).toEqual(["3029", "A22B12345678", "A22CABCD0000", "A22A00000000", "A22904000004"]);
  });

  test("Ultralight C with its factory key, and with another one", async () => {
    for (const profile of profiles) {
      const factory = fromHex("49454D4B41455242214E4143554F5946");
      const { tag, silicon } = open(freshImage("MIFARE Ultralight C"), profile);
      await tag.authenticateWithKey(factory);
      const key = Uint8Array.from({ length: 16 }, (_, index) => index);
      await tag.writeKey(key);
      expect(toHex(silicon.toImage().pages.subarray(0x2c * 4))).toBe("07060504030201000F0E0D0C0B0A0908");
      await tag.authenticateWithKey(key);
      await expect(tag.authenticateWithKey(factory)).rejects.toMatchObject({ code: "WRONG_KEY" });
      expect(await tag.readPages(4, 1)).toHaveLength(4);
    }
  });

  test("Ultralight C says what a recorded authentication says", async () => {
    const silicon = createMifareUltralightTag(freshImage("MIFARE Ultralight C"), {
      random: () => fromHex("EFBD44F361F258FB"),
    });
    const reader = layOn(silicon);
    const tag = new Type2Tag(reader.connection, { random: () => fromHex("0001020304050607") });
    await tag.authenticateWithKey(fromHex("49454D4B41455242214E4143554F5946"));
    expect(reader.air.slice(-2)).toEqual(["1A00", "AFAB7EFBE63F40394010D04F018F8F48C3"]);
  });

  test("a tag that does not know the key is found out", async () => {
    const impostor = createMifareUltralightTag(freshImage("MIFARE Ultralight C"));
    const honest = impostor.receive.bind(impostor);
    const liar: MifareUltralightTag = Object.assign(Object.create(impostor) as MifareUltralightTag, {
      select: () => impostor.select(),
      setPowered: (on: boolean) => impostor.setPowered(on),
      receive(frame: Parameters<typeof honest>[0]) {
        return frame.data[0] === 0xaf
          ? { kind: "frame" as const, data: new Uint8Array(9), lastBits: 8 }
          : honest(frame);
      },
    });
    const tag = new Type2Tag(layOn(liar).connection);
    await expect(tag.authenticateWithKey(new Uint8Array(16))).rejects.toMatchObject({
      code: "WRONG_KEY",
      message: "the tag does not know the key",
    });
  });

  test("Ultralight AES", async () => {
    const image = freshImage("MIFARE Ultralight AES");
    const key = Uint8Array.from({ length: 16 }, (_, index) => index);
    image.pages.set(key.slice().reverse(), 0x30 * 4);
    const { tag } = open(image);
    await tag.authenticateWithKey(key);
    await expect(tag.authenticateWithKey(key, 1)).rejects.toMatchObject({ code: "WRONG_KEY" });
    await expect(tag.authenticateWithKey(key, 2)).rejects.toMatchObject({ code: "NAK" });
  });
});

describe("counters and signature", () => {
  test("of EV1", async () => {
    for (const profile of profiles) {
      const signature = Uint8Array.from({ length: 32 }, (_, index) => index);
      const { tag } = open({ ...freshImage("MIFARE Ultralight EV1 48"), counters: [1, 2, 3], signature }, profile);
      expect(await tag.readCounter(1)).toBe(2);
      await tag.incrementCounter(1, 0x030201);
      expect(await tag.readCounter(1)).toBe(0x030203);
      expect(await tag.readSignature()).toEqual(signature);
      await expect(tag.incrementCounter(1, 0xffffff)).rejects.toMatchObject({ code: "NAK" });
      expect(await tag.readCounter(1)).toBe(0x030203);
    }
  });

  test("tearing of EV1; Windows' driver takes its answer of one byte for a NAK", async () => {
    const image = { ...freshImage("MIFARE Ultralight EV1 48"), tearing: [0xbd, 0, 0xbd] };
    const { tag } = open(image);
    expect(await tag.wasTorn(0)).toBe(false);
    expect(await tag.wasTorn(1)).toBe(true);
    await expect(open(image, "nfccx").tag.wasTorn(0)).rejects.toMatchObject({ code: "NAK" });
  });

  test("what a product does not have is not sent", async () => {
    const { tag, reader } = open(freshImage("NTAG203"));
    await tag.identify();
    reader.air.length = 0;
    for (const call of [
      () => tag.readCounter(),
      () => tag.incrementCounter(0, 1),
      () => tag.wasTorn(0),
      () => tag.readSignature(),
      () => tag.authenticate(new Uint8Array(4)),
      () => tag.authenticateWithKey(new Uint8Array(16)),
    ])
      await expect(call()).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
    expect(reader.air).toEqual([]);
  });

  test("what is no argument is refused", () => {
    const { tag } = open(freshImage("NTAG213"));
    const usage = expect.objectContaining({ code: "USAGE" }) as Error;
    expect(() => tag.incrementCounter(0, 0x1000000)).toThrow(usage);
    const protection = { password: new Uint8Array(4), acknowledgement: new Uint8Array(2), firstPage: 4 };
    expect(() => tag.protect({ ...protection, password: new Uint8Array(3) })).toThrow(usage);
    expect(() => tag.protect({ ...protection, firstPage: 256 })).toThrow(usage);
    expect(() => tag.protect({ ...protection, attempts: 8 })).toThrow(usage);
  });
});

describe("other readers", () => {
  /** An ACR122U as far as it matters here: frames by InCommunicateThru, reads and writes as PC/SC has them. */
  function acr122u(silicon: MifareUltralightTag): TagConnection {
    silicon.setPowered(true);
    silicon.select();
    const { connection } = layOn(silicon);
    return {
      async transmit(command) {
        const bytes = command as Uint8Array;
        if (bytes[1] !== 0x00) return connection.transmit(bytes);
        if (bytes[6] === 0x4a) {
          silicon.select();
          return fromHex("D54B01010044000704D149D29C39809000");
        }
        const reply = silicon.receive({ kind: "frame", data: bytes.slice(7), timeoutUs: 5000 });
        if (reply === undefined) return fromHex("D543019000");
        // four bits are a broken frame to a PN532
        if (reply.lastBits === 4) return fromHex("D543029000");
        return Uint8Array.of(0xd5, 0x43, 0x00, ...reply.data, 0x90, 0x00);
      },
    };
  }

  test("a PN532 behind FF 00 00 00 carries the frames", async () => {
    const silicon = createMifareUltralightTag(freshImage("NTAG216"));
    const tag = new Type2Tag(acr122u(silicon), { dialect: ACR122U_DIALECT });
    expect((await tag.identify()).product?.name).toBe("NTAG216");
    expect((await tag.readAll()).ranges[0]!.data).toHaveLength(231 * 4);
    expect(toHex(await tag.authenticate(fromHex("FFFFFFFF")))).toBe("0000");
    await expect(tag.authenticate(fromHex("00000000"))).rejects.toMatchObject({ code: "WRONG_KEY" });
    await tag.writePage(4, fromHex("DEADBEEF"));
    expect(toHex(await tag.readPages(4, 1))).toBe("DEADBEEF");
    const old = createMifareUltralightTag(freshImage("MIFARE Ultralight"));
    const product = (await new Type2Tag(acr122u(old), { dialect: ACR122U_DIALECT }).identify()).product;
    expect(product?.name).toBe("MIFARE Ultralight");
  });

  test("one that gives four bytes of a read, and no frames", async () => {
    const silicon = createMifareUltralightTag(freshImage("NTAG213"));
    const { connection, commands } = layOn(silicon);
    const whole: TagConnection = {
      async transmit(command) {
        const bytes = (command as Uint8Array).slice();
        if (bytes[1] === 0xc2) return fromHex("6D00");
        if (bytes[1] !== 0xb0) return connection.transmit(bytes);
        expect(bytes[4]).toBe(4);
        bytes[4] = 16;
        const response = await connection.transmit(bytes);
        return Uint8Array.of(...response.subarray(0, 4), 0x90, 0x00);
      },
    };
    const tag = new Type2Tag(whole, { dialect: IDENTIV_DIALECT });
    // its kind has a transparent session; this one turns out not to
    expect(await tag.identify()).toEqual({ product: undefined, version: undefined });
    expect(toHex(await tag.readPages(4, 3))).toBe("040404040505050506060606");
    expect((await tag.readAll()).ranges[0]!.data).toHaveLength((4 + 36) * 4);
    expect(commands.every((command) => command[1] === 0xb0)).toBe(true);
  });
});

test("calls are queued and do not cross", async () => {
  const { tag, reader } = open(freshImage("NTAG213"));
  const [version, first, second] = await Promise.all([tag.identify(), tag.readPages(4, 1), tag.readPages(5, 1)]);
  expect(version.product?.name).toBe("NTAG213");
  expect(toHex(first)).toBe("04040404");
  expect(toHex(second)).toBe("05050505");
  expect(reader.air).toEqual(["60", "3004", "3005"]);
});
