import { fromHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { guidBytes } from "./guid.ts";
import { readWideString, wideString } from "./wide-string.ts";

test("strings are UTF-16 with a zero at their end", () => {
  expect(wideString("Aé€")).toEqual(fromHex("4100 E900 AC20 0000"));
  expect(readWideString(fromHex("FFFFFFFF 4100 E900 AC20 0000 4200"), 4)).toBe("Aé€");
  expect(readWideString(fromHex("4100 42"))).toBe("A");
});

test("a GUID's first three groups are little-endian", () => {
  expect(guidBytes("{50DD5230-BA8A-11D1-BF5D-0000F805F530}")).toEqual(fromHex("3052DD50 8ABA D111 BF5D 0000F805F530"));
});
