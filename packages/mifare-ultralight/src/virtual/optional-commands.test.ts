import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { ask, askAnew, freshImage, powered } from "../../test/silicon.ts";
import { type UltralightProductName, ultralightProducts } from "../products.ts";
import { createMifareUltralightTag, type MifareUltralightImage, pageCount } from "../virtual.ts";

const names = Object.keys(ultralightProducts) as UltralightProductName[];

/** An image with some bytes of its configuration pages changed: MIRROR at 0, MIRROR_PAGE at 2, AUTH0 at 3, ACCESS at 4. */
function configured(product: UltralightProductName, changes: Record<number, number>): MifareUltralightImage {
  const image = freshImage(product);
  const at = (ultralightProducts[product].configurationPage ?? 0) * 4;
  for (const [offset, value] of Object.entries(changes)) image.pages[at + Number(offset)] = value;
  return image;
}

describe("GET_VERSION", () => {
  test.each(names)("%s", (product) => {
    const { version, unknownCommand } = ultralightProducts[product];
    const answer = ask(powered(freshImage(product)), "60");
    if (version !== undefined) expect(answer).toBe(toHex(Uint8Array.from(version)));
    else expect(answer).toBe(unknownCommand === "nak" ? "0" : "silence");
  });

  test("comes from the image when that has one", () => {
    const tag = powered({ ...freshImage("NTAG213"), version: fromHex("0034040201000F03") });
    expect(ask(tag, "60")).toBe("0034040201000F03");
  });
});

test("READ_SIG gives the signature of the image, and only under address 0", () => {
  const signature = Uint8Array.from({ length: 32 }, (_, index) => index);
  const tag = powered({ ...freshImage("NTAG216"), signature });
  expect(ask(tag, "3C00")).toBe(toHex(signature));
  expect(ask(tag, "3C01")).toBe("0");
  expect(ask(powered(freshImage("MIFARE Ultralight AES")), "3C00")).toHaveLength(96);
  expect(ask(powered(freshImage("NTAG203")), "3C00")).toBe("0");
});

describe("counters of EV1", () => {
  test("count up, least significant byte first, and never pass their end", () => {
    const tag = powered({ ...freshImage("MIFARE Ultralight EV1 48"), counters: [5, 0, 0xfffffe] });
    expect(ask(tag, "3900")).toBe("050000");
    expect(ask(tag, "A5000102030 0".replace(" ", ""))).toBe("A");
    expect(ask(tag, "3900")).toBe("060203");
    expect(ask(tag, "A50201000000")).toBe("A");
    expect(ask(tag, "3902")).toBe("FFFFFF");
    expect(ask(tag, "A50200000000")).toBe("A");
    expect(ask(tag, "A50201000000")).toBe("4");
    expect(askAnew(tag, "3903")).toBe("0");
    expect(askAnew(tag, "A50301000000")).toBe("0");
    expect(tag.toImage().counters).toEqual([0x030206, 0, 0xffffff]);
  });

  test("tell of tearing", () => {
    const tag = powered({ ...freshImage("MIFARE Ultralight EV1 48"), tearing: [0xbd, 0x00, 0xbd] });
    expect(ask(tag, "3E00")).toBe("BD");
    expect(ask(tag, "3E01")).toBe("00");
    expect(ask(tag, "3E03")).toBe("0");
  });
});

describe("the counter of NTAG213, 215 and 216", () => {
  test("is off unless enabled", () => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, "3004");
    expect(ask(tag, "3902")).toBe("0");
  });

  test("counts the first read after power-up", () => {
    const tag = powered(configured("NTAG213", { 4: 0x10 }));
    expect(ask(tag, "3902")).toBe("000000");
    ask(tag, "3004");
    ask(tag, "3A0405");
    expect(askAnew(tag, "3902")).toBe("010000");
    expect(ask(tag, "3900")).toBe("0");
    tag.setPowered(false);
    tag.setPowered(true);
    expect(askAnew(tag, "3A0404")).toHaveLength(8);
    expect(ask(tag, "3902")).toBe("020000");
    expect(tag.toImage().counters).toEqual([0, 0, 2]);
  });

  test("stops at its end", () => {
    const tag = powered({ ...configured("NTAG215", { 4: 0x10 }), counters: [0, 0, 0xffffff] });
    ask(tag, "3004");
    expect(ask(tag, "3902")).toBe("FFFFFF");
  });

  test("may need the password", () => {
    const tag = powered(configured("NTAG213", { 4: 0x18 }));
    expect(ask(tag, "3902")).toBe("0");
    expect(askAnew(tag, "1BFFFFFFFF")).toBe("0000");
    expect(ask(tag, "3902")).toBe("000000");
  });
});

describe("PWD_AUTH", () => {
  const secret = (product: UltralightProductName, changes: Record<number, number>) => {
    const image = configured(product, changes);
    const at = (ultralightProducts[product].configurationPage ?? 0) * 4;
    image.pages.set(fromHex("12345678ABCD0000"), at + 8);
    return image;
  };

  test.each<UltralightProductName>(["NTAG213", "MIFARE Ultralight EV1 128", "NTAG210", "NTAG I2C plus 1k"])(
    "%s opens pages for writing",
    (product) => {
      const tag = powered(secret(product, { 3: 4 }));
      expect(ask(tag, "A204DEADBEEF")).toBe("0");
      expect(askAnew(tag, "3004")).toBe("04040404050505050606060607070707");
      expect(ask(tag, "1B12345678")).toBe("ABCD");
      expect(ask(tag, "A204DEADBEEF")).toBe("A");
      // a new selection closes them again
      expect(askAnew(tag, "A204DEADBEEF")).toBe("0");
    },
  );

  test("opens pages for reading where PROT says so; READ rolls over in front of them", () => {
    const tag = powered(secret("NTAG213", { 3: 6, 4: 0x80 }));
    expect(ask(tag, "3004")).toBe("0404040405050505" + "04D14914D29C3980");
    expect(ask(tag, "3A0405")).toBe("0404040405050505");
    expect(ask(tag, "3A0406")).toBe("0");
    expect(askAnew(tag, "3006")).toBe("0");
    expect(askAnew(tag, "1B12345678")).toBe("ABCD");
    expect(ask(tag, "3A0406")).toBe("040404040505050506060606");
    expect(ask(tag, "302B")).toBe("0000000000000000" + "04D14914D29C3980");
  });

  test("counts wrong ones where AUTHLIM says so, and then takes none any more", () => {
    const tag = powered(secret("NTAG213", { 3: 4, 4: 0x02 }));
    expect(ask(tag, "1B00000000")).toBe("0");
    expect(askAnew(tag, "1B12345678")).toBe("ABCD");
    expect(askAnew(tag, "1B00000000")).toBe("0");
    expect(askAnew(tag, "1B00000000")).toBe("0");
    expect(tag.toImage().authenticationFailures).toBe(2);
    expect(askAnew(tag, "1B12345678")).toBe("4");
    const again = powered(tag.toImage());
    expect(ask(again, "1B12345678")).toBe("4");
  });

  test("NTAG I2C plus allows two to the power of AUTHLIM", () => {
    const tag = powered(secret("NTAG I2C plus 1k", { 3: 4, 4: 0x02 }));
    for (let attempt = 0; attempt < 4; attempt++) expect(askAnew(tag, "1B00000000")).toBe("0");
    expect(askAnew(tag, "1B12345678")).toBe("4");
  });

  test("any number without a limit", () => {
    const tag = powered(secret("NTAG213", { 3: 4 }));
    for (let attempt = 0; attempt < 20; attempt++) expect(askAnew(tag, "1B00000000")).toBe("0");
    expect(askAnew(tag, "1B12345678")).toBe("ABCD");
  });

  test("what is written to the configuration rules from the next selection on", () => {
    const tag = powered(freshImage("NTAG213"));
    for (const frame of ["A22904000004", "A22A80000000", "A22B12345678", "A22CABCD0000"])
      expect(ask(tag, frame)).toBe("A");
    expect(ask(tag, "3004")).toHaveLength(32);
    expect(askAnew(tag, "3004")).toBe("0");
    expect(askAnew(tag, "1B12345678")).toBe("ABCD");
    expect(ask(tag, "3004")).toHaveLength(32);
  });

  test("CFGLCK closes the two configuration pages, not the password", () => {
    const tag = powered(configured("NTAG213", { 4: 0x40 }));
    expect(ask(tag, "A22904000004")).toBe("0");
    expect(askAnew(tag, "A22A00000000")).toBe("0");
    expect(askAnew(tag, "A22B12345678")).toBe("A");
  });
});

describe("mirrors", () => {
  const text = (hex: string) => String.fromCharCode(...fromHex(hex));

  test.each<[UltralightProductName, number, string]>([
    ["NTAG213", 0x44, "04D149D29C3980"],
    ["NTAG213", 0x84, "000001"],
    ["NTAG213", 0xc4, "04D149D29C3980x000001"],
    // NTAG210 and 212 mirror the UID as soon as the page is set
    ["NTAG212", 0x04, "04D149D29C3980"],
  ])("%s with MIRROR %i shows %s", (product, mirror, shown) => {
    const tag = powered(configured(product, { 0: mirror, 2: 5, 4: 0x10 }));
    const memory = text(ask(tag, "3A040F"));
    expect(memory.slice(4, 4 + shown.length)).toBe(shown);
    expect(memory.slice(0, 4)).toBe("\x04\x04\x04\x04");
    expect(memory.charCodeAt(4 + shown.length)).toBe(5 + (shown.length >> 2));
    // READ shows the same, and the memory itself is as it was
    expect(text(ask(tag, "3005")).slice(0, 14)).toBe(memory.slice(4, 18));
    expect(tag.toImage().pages[20]).toBe(5);
  });

  test("MIRROR_BYTE moves it within its page", () => {
    const tag = powered(configured("NTAG213", { 0: 0x70, 2: 5 }));
    expect(text(ask(tag, "3005")).slice(0, 6)).toBe("\x05\x05\x05" + "04D");
  });

  test.each([
    // off, before the user memory, beyond its end
    { 0: 0x04, 2: 5 },
    { 0: 0x44, 2: 3 },
    { 0: 0x44, 2: 0x25 },
  ])("%o shows none", (changes) => {
    const image = configured("NTAG213", changes);
    expect(ask(powered(image), "3A0427")).toBe(toHex(image.pages.subarray(16, 0x28 * 4)));
  });

  test("the counter is shown only to who may read it", () => {
    const tag = powered(configured("NTAG213", { 0: 0x84, 2: 5, 4: 0x18 }));
    expect(ask(tag, "3A0505")).toBe("05050505");
    ask(tag, "1BFFFFFFFF");
    expect(text(ask(tag, "3A0506"))).toMatch(/^000001/);
  });
});

describe("AUTHENTICATE of Ultralight C", () => {
  // nonces and cryptograms of a recorded authentication with the factory key
  const nonce = fromHex("EFBD44F361F258FB");
  const first = "AFF7DFC7FA617C7F1D";
  const second = "AFAB7EFBE63F40394010D04F018F8F48C3";
  const third = "000355F3C176DCD1B1";
  const protectedImage = (from: number, writeOnly: number) => {
    const image = freshImage("MIFARE Ultralight C");
    image.pages[0x2a * 4] = from;
    image.pages[0x2b * 4] = writeOnly;
    return image;
  };

  test("takes the right key and opens the pages behind AUTH0", () => {
    const tag = powered(protectedImage(5, 0), { random: () => nonce });
    expect(ask(tag, "3005")).toBe("0");
    expect(askAnew(tag, "1A00")).toBe(first);
    expect(ask(tag, second)).toBe(third);
    expect(ask(tag, "3005")).toHaveLength(32);
    expect(ask(tag, "A205DEADBEEF")).toBe("A");
    expect(askAnew(tag, "A205DEADBEEF")).toBe("0");
  });

  test("AUTH1 leaves them readable", () => {
    const tag = powered(protectedImage(5, 1));
    expect(ask(tag, "3005")).toHaveLength(32);
    expect(ask(tag, "A205DEADBEEF")).toBe("0");
  });

  test.each([
    ["AFAB7EFBE63F40394010D04F018F8F48C4"],
    ["AFAB7EFBE63F4039"],
    ["A0AB7EFBE63F40394010D04F018F8F48C3"],
    ["3004"],
  ])("%s is refused", (frame) => {
    const tag = powered(protectedImage(5, 0), { random: () => nonce });
    expect(ask(tag, "1A00")).toBe(first);
    expect(ask(tag, frame)).toBe("0");
    expect(askAnew(tag, "3005")).toBe("0");
  });

  test("has one key, which is written and never read", () => {
    const tag = powered(freshImage("MIFARE Ultralight C"), { random: () => nonce });
    expect(ask(tag, "1A01")).toBe("0");
    expect(askAnew(tag, "A22C00000000")).toBe("A");
    expect(askAnew(tag, "1A00")).not.toBe(first);
  });

  test("makes its own nonces", () => {
    const tag = powered(freshImage("MIFARE Ultralight C"));
    expect(ask(tag, "1A00")).toHaveLength(18);
    expect(askAnew(tag, "1A00")).not.toBe(askAnew(tag, "1A00"));
  });
});

describe("other commands of single products", () => {
  test("VCSL of EV1 gives VCTID", () => {
    const tag = powered(configured("MIFARE Ultralight EV1 48", { 5: 0x05 }));
    expect(ask(tag, `4B${"00".repeat(20)}`)).toBe("05");
    expect(ask(tag, "4B00")).toBe("0");
  });

  test("READ_TT_STATUS of NTAG213TT", () => {
    const tag = powered({ ...freshImage("NTAG213TT"), tamperStatus: fromHex("5445535443") });
    expect(ask(tag, "A400")).toBe("5445535443");
    expect(ask(powered(freshImage("NTAG213")), "A400")).toBe("0");
  });
});

describe("images", () => {
  test.each(names)("%s gives back what it was made from", (product) => {
    const image = freshImage(product);
    const tag = createMifareUltralightTag(image);
    expect(tag.name).toBe(product);
    expect(tag.toImage()).toMatchObject(image);
    expect(createMifareUltralightTag(tag.toImage()).toImage()).toEqual(tag.toImage());
    expect(image.pages.length).toBe(pageCount(ultralightProducts[product]) * 4);
  });

  test.each<[string, Partial<MifareUltralightImage>]>([
    ["pages", { pages: new Uint8Array(176) }],
    ["pages", { pages: new Uint8Array(184) }],
    ["version", { version: new Uint8Array(7) }],
    ["signature", { signature: new Uint8Array(33) }],
    ["counters", { counters: [0, 0, 0x1000000] }],
    ["counters", { counters: [0, 0, 0, 0] }],
    ["tearing", { tearing: [256] }],
    ["tamperStatus", { tamperStatus: new Uint8Array(4) }],
    ["authenticationFailures", { authenticationFailures: -1 }],
  ])("a wrong field is named: %s", (field, changes) => {
    expect(() => createMifareUltralightTag({ ...freshImage("NTAG213"), ...changes })).toThrow(
      expect.objectContaining({ name: "FormatError", field }) as Error,
    );
  });

  test("an unknown product is refused", () => {
    const image = { ...freshImage("NTAG213"), product: "toString" as UltralightProductName };
    expect(() => createMifareUltralightTag(image)).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
  });

  test("neither shares memory with the tag", () => {
    const image = freshImage("NTAG213");
    const tag = powered(image);
    image.pages.fill(0xee);
    tag.toImage().pages.fill(0xdd);
    expect(ask(tag, "3004")).toBe("04040404050505050606060607070707");
  });
});
