import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { layOn } from "../../test/connection.ts";
import { open, PROFILES } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { Type2Tag } from "../index.ts";
import { createMifareUltralightTag, type MifareUltralightTag } from "../virtual.ts";

describe("passwords and keys", () => {
  const password = fromHex("12345678");

  test("protect, then authenticate", async () => {
    for (const profile of PROFILES) {
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
    for (const profile of PROFILES) {
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
    for (const profile of PROFILES) {
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
