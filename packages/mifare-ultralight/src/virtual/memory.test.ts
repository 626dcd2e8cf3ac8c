import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { ask, askAnew, freshImage, powered } from "../../test/silicon.ts";
import type { UltralightProductName } from "../products.ts";

const page = (number: number) => number.toString(16).padStart(2, "0").toUpperCase().repeat(4);
const pages = (...numbers: readonly number[]) => numbers.map(page).join("");
const HEAD = ["04D14914", "D29C3980", "F7480000"] as const;

describe("READ", () => {
  test("gives four pages", () => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, "3004")).toBe(pages(4, 5, 6, 7));
    expect(ask(tag, "3000")).toBe(`${HEAD.join("")}E1101200`);
  });

  test.each<[UltralightProductName, string, string]>([
    // the last pages, then from page 0 on; passwords are zeros
    ["MIFARE Ultralight", "300E", `${pages(14, 15)}${HEAD[0]}${HEAD[1]}`],
    ["MIFARE Ultralight EV1 48", "3012", `0000000000000000${HEAD[0]}${HEAD[1]}`],
    ["NTAG213", "302B", `0000000000000000${HEAD[0]}${HEAD[1]}`],
    ["NTAG216", "30E6", `00000000${HEAD.join("")}`],
    // no key is ever read
    ["MIFARE Ultralight C", "302A", `3000000000000000${HEAD[0]}${HEAD[1]}`],
    ["NTAG203", "3029", `00000000${HEAD.join("")}`],
    // these do not roll over
    ["NTAG I2C 1k", "30E1", `${page(0xe1)}000000000000000000000000`],
  ])("%s rolls over: %s", (product, frame, answer) => {
    expect(ask(powered(freshImage(product)), frame)).toBe(answer);
  });

  test.each<[UltralightProductName, string]>([
    ["MIFARE Ultralight", "3010"],
    ["MIFARE Ultralight C", "302C"],
    ["MIFARE Ultralight C", "3030"],
    ["MIFARE Ultralight AES", "3030"],
    ["MIFARE Ultralight Nano", "300E"],
    ["NTAG203", "302A"],
    ["NTAG213", "302D"],
    ["NTAG215", "3087"],
    ["NTAG216", "30E7"],
    ["NTAG I2C 1k", "30E3"],
  ])("%s has no page for %s", (product, frame) => {
    expect(ask(powered(freshImage(product)), frame)).toBe("0");
  });

  test("of another length is an error", () => {
    expect(ask(powered(freshImage("NTAG213")), "300400")).toBe("0");
  });
});

describe("FAST_READ", () => {
  test("gives the range", () => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, "3A0404")).toBe(page(4));
    expect(ask(tag, "3A0409")).toBe(pages(4, 5, 6, 7, 8, 9));
    expect(ask(tag, "3A002C")).toHaveLength(45 * 8);
  });

  test.each(["3A0504", "3A042D", "3A2D2D"])("%s is refused", (frame) => {
    expect(ask(powered(freshImage("NTAG213")), frame)).toBe("0");
  });

  test.each<UltralightProductName>(["MIFARE Ultralight C", "NTAG203"])("%s does not have it", (product) => {
    expect(ask(powered(freshImage(product)), "3A0404")).toBe("0");
  });
});

describe("WRITE", () => {
  test("is acknowledged, read back, and in the image", () => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, "A205DEADBEEF")).toBe("A");
    expect(ask(tag, "3004")).toBe(`${page(4)}DEADBEEF${pages(6, 7)}`);
    expect(toHex(tag.toImage().pages.subarray(20, 24))).toBe("DEADBEEF");
  });

  test.each(["A20000000000", "A20100000000", "A22D00000000", "A205DEADBE", "A205DEADBEEF00"])(
    "%s is refused",
    (frame) => {
      const tag = powered(freshImage("NTAG213"));
      const before = tag.toImage();
      expect(ask(tag, frame)).toBe("0");
      expect(tag.toImage()).toEqual(before);
    },
  );

  test("COMPATIBILITY_WRITE takes 16 bytes and uses four", () => {
    const tag = powered(freshImage("MIFARE Ultralight"));
    expect(ask(tag, "A005")).toBe("A");
    expect(ask(tag, "DEADBEEF000000000000000000000000")).toBe("A");
    expect(ask(tag, "3005")).toBe(`DEADBEEF${pages(6, 7, 8)}`);
    expect(ask(tag, "A005")).toBe("A");
    expect(ask(tag, "DEADBEEF")).toBe("0");
    expect(askAnew(tag, "A010")).toBe("0");
  });

  test("page 3 is one-time programmable", () => {
    const tag = powered(freshImage("MIFARE Ultralight"));
    expect(ask(tag, "A2030000000F")).toBe("A");
    expect(ask(tag, "A20300000000")).toBe("A");
    expect(ask(tag, "3003")).toBe(`E110060F${pages(4, 5, 6)}`);
  });
});

describe("static lock bits", () => {
  const lock = (bytes: string) => `A202FFFF${bytes}`;

  test("leave the other two bytes of page 2 alone, and never go back", () => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, lock("1020"))).toBe("A");
    expect(ask(tag, lock("0000"))).toBe("A");
    expect(ask(tag, "3002").slice(0, 8)).toBe("F7481020");
  });

  test.each([
    ["0800", 3],
    ["1000", 4],
    ["8000", 7],
    ["0001", 8],
    ["0080", 15],
  ])("%s locks page %i alone", (bytes, locked) => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, lock(bytes));
    for (let number = 3; number < 16; number++) {
      tag.select();
      expect(ask(tag, `A20${number.toString(16)}00000000`)).toBe(number === locked ? "0" : "A");
    }
  });

  test.each([
    // freezing bit, what it does not let be locked any more
    ["0100", "0800", "0100"],
    ["0200", "F003", "0200"],
    ["0400", "00FC", "0400"],
  ])("%s freezes %s", (freeze, wanted, after) => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, lock(freeze));
    expect(ask(tag, lock(wanted))).toBe("A");
    expect(ask(tag, "3002").slice(4, 8)).toBe(after);
  });
});

describe("dynamic lock bits", () => {
  test.each<[UltralightProductName, string, string, readonly number[], readonly number[]]>([
    // product, write of the lock page, what it then reads, locked pages, open pages
    ["NTAG213", "A2280100003F", "010000", [16, 17], [18, 39]],
    ["NTAG213", "A228FF0F00", "FF0F00", [16, 39], []],
    ["NTAG213", "A228FFFFFF", "FF0F3F", [16, 39], []],
    ["NTAG212", "A224FFFFFF", "FF031F", [16, 35], []],
    ["MIFARE Ultralight EV1 128", "A224FFFFFF", "FF031F", [16, 35], []],
    ["NTAG215", "A282FFFFFF", "FF000F", [16, 129], []],
    ["NTAG215", "A282010000", "010000", [16, 31], [32, 129]],
    ["NTAG216", "A2E2FFFFFF", "FF3F7F", [16, 225], []],
    ["MIFARE Ultralight C", "A228020000", "020000", [16, 19], [20, 39]],
    ["MIFARE Ultralight C", "A228FFFF00", "FFFF00", [16, 39, 41, 44], []],
    ["NTAG203", "A228FF0100", "FF0100", [16, 39], [41]],
    ["NTAG203", "A228FF1100", "FF1100", [16, 39, 41], []],
  ])("%s %s", (product, write, bytes, locked, open) => {
    const tag = powered(freshImage(product));
    const frame = write.length === 12 ? write : `${write}00`;
    expect(ask(tag, frame)).toBe("A");
    const lockPage = frame.slice(2, 4);
    expect(ask(tag, `30${lockPage}`).slice(0, 6)).toBe(bytes);
    const attempt = (number: number) => askAnew(tag, `A2${number.toString(16).padStart(2, "0")}01000000`);
    for (const number of locked) expect(attempt(number)).toBe("0");
    for (const number of open) expect(attempt(number)).toBe("A");
  });

  test("a freezing bit holds two lock bits", () => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, "A22800000100");
    expect(ask(tag, "A228FFFF0000")).toBe("A");
    expect(ask(tag, "3028").slice(0, 8)).toBe("FC0F0100");
  });

  test("lock bits set alone for freezing lock nothing", () => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, "A22800003F00");
    expect(ask(tag, "A21000000000")).toBe("A");
  });

  test("the fourth byte of the lock page stays as it is", () => {
    const image = freshImage("NTAG213");
    image.pages[0x28 * 4 + 3] = 0xbd;
    const tag = powered(image);
    ask(tag, "A22800000000");
    expect(ask(tag, "3028").slice(0, 8)).toBe("000000BD");
  });
});

describe("the 16-bit counter of Ultralight C and NTAG203", () => {
  test("takes a first value, then steps of up to 15, and never passes its end", () => {
    const tag = powered(freshImage("MIFARE Ultralight C"));
    expect(ask(tag, "A229F0FF0000")).toBe("A");
    expect(ask(tag, "A2290F000000")).toBe("A");
    expect(ask(tag, "3029").slice(0, 4)).toBe("FFFF");
    expect(ask(tag, "A22900000000")).toBe("A");
    expect(ask(tag, "A22901000000")).toBe("4");
    expect(askAnew(tag, "A22910000000")).toBe("0");
  });
});

describe("sectors of NTAG I2C", () => {
  test("are selected by two frames, of which the second is answered by silence", () => {
    const image = freshImage("NTAG I2C 2k");
    image.pages.set(fromHex("CAFEBABE"), 256 * 4);
    const tag = powered(image);
    expect(ask(tag, "C2FF")).toBe("A");
    expect(ask(tag, "01000000")).toBe("silence");
    expect(ask(tag, "3000").slice(0, 8)).toBe("CAFEBABE");
    expect(ask(tag, "A201DEADBEEF")).toBe("A");
    expect(ask(tag, "3A0001")).toBe("CAFEBABEDEADBEEF");
    // a new selection starts in sector 0
    expect(askAnew(tag, "3004")).toBe(pages(4, 5, 6, 7));
  });

  test.each(["02000000", "05000000", "0100", ""])("there is none for %s", (frame) => {
    const tag = powered(freshImage("NTAG I2C 2k"));
    expect(ask(tag, "C2FF")).toBe("A");
    expect(ask(tag, frame)).toBe(frame === "" ? "silence" : "0");
  });

  test("session registers are read and not written", () => {
    const tag = powered(freshImage("NTAG I2C 1k"));
    ask(tag, "C2FF");
    ask(tag, "03000000");
    expect(ask(tag, "30F8")).toBe("00".repeat(16));
    expect(ask(tag, "A2F800000000")).toBe("0");
  });
});
