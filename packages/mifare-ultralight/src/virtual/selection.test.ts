import { fromHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { ask, askAnew, freshImage, powered } from "../../test/silicon.ts";
import { createMifareUltralightTag } from "../virtual.ts";

const tagInField = () => {
  const tag = createMifareUltralightTag(freshImage("NTAG213"));
  tag.setPowered(true);
  return tag;
};

test("without power nothing answers", () => {
  const tag = createMifareUltralightTag(freshImage("NTAG213"));
  expect(tag.select()).toBeUndefined();
  expect(ask(tag, "52", 7)).toBe("silence");
  tag.setPowered(true);
  expect(tag.select()).toBeDefined();
  tag.setPowered(false);
  expect(ask(tag, "3000")).toBe("silence");
});

test("selection at once reports the target", () => {
  expect(tagInField().select()).toEqual([
    { technology: "nfc-a", uid: fromHex("04D149D29C3980"), atqa: fromHex("4400"), sak: 0 },
  ]);
});

test("selection step by step, over both cascade levels", () => {
  const tag = tagInField();
  expect(ask(tag, "26", 7)).toBe("4400");
  expect(ask(tag, "9320")).toBe("8804D14914");
  expect(ask(tag, "93708804D14914")).toBe("04");
  expect(ask(tag, "9520")).toBe("D29C3980F7");
  expect(ask(tag, "9570D29C3980F7")).toBe("00");
  expect(ask(tag, "3004")).toHaveLength(32);
});

test("READ of page 0 ends the selection early", () => {
  const tag = tagInField();
  ask(tag, "52", 7);
  expect(ask(tag, "3000").slice(0, 8)).toBe("04D14914");
  expect(ask(tag, "3004")).toHaveLength(32);
});

test.each(["93708804D14915", "9520", "3004", "9330"])("%s in the ready state throws the tag out", (frame) => {
  const tag = tagInField();
  ask(tag, "26", 7);
  expect(ask(tag, frame)).toBe("silence");
  expect(ask(tag, "9320")).toBe("silence");
  expect(ask(tag, "26", 7)).toBe("4400");
});

describe("a halted tag", () => {
  test("is woken by WUPA and not by REQA, and an error sends it back there", () => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, "5000")).toBe("silence");
    expect(ask(tag, "3000")).toBe("silence");
    expect(ask(tag, "26", 7)).toBe("silence");
    expect(ask(tag, "52", 7)).toBe("4400");
    expect(ask(tag, "3000")).toHaveLength(32);
    expect(ask(tag, "30FF")).toBe("0");
    expect(ask(tag, "26", 7)).toBe("silence");
    expect(ask(tag, "52", 7)).toBe("4400");
  });

  test("is idle again after the field was off", () => {
    const tag = powered(freshImage("NTAG213"));
    ask(tag, "5000");
    tag.setPowered(false);
    tag.setPowered(true);
    expect(ask(tag, "26", 7)).toBe("4400");
  });
});

describe("an error in the active state", () => {
  test.each([
    ["30FF", 8, "0"],
    ["FF", 8, "0"],
    ["26", 7, "silence"],
    ["5001", 8, "silence"],
    ["", 8, "silence"],
  ])("%s throws the tag out of it", (frame, lastBits, answer) => {
    const tag = powered(freshImage("NTAG213"));
    expect(ask(tag, frame, lastBits)).toBe(answer);
    expect(ask(tag, "3004")).toBe("silence");
    expect(ask(tag, "26", 7)).toBe("4400");
    expect(askAnew(tag, "3004")).toHaveLength(32);
  });

  test("is silent on the oldest Ultralight when the command is unknown, NAK on the others", () => {
    expect(ask(powered(freshImage("MIFARE Ultralight")), "60")).toBe("silence");
    expect(ask(powered(freshImage("MIFARE Ultralight")), "1A00")).toBe("silence");
    expect(ask(powered(freshImage("NTAG203")), "60")).toBe("0");
    expect(ask(powered(freshImage("MIFARE Ultralight C")), "60")).toBe("0");
  });
});
