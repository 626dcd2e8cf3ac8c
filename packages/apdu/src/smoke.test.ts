import { fromHex, toHex } from "@cardwire/core";
import { expect, test } from "vitest";
import {
  buildTlv,
  describeStatusWord,
  encodeCommandApdu,
  parseCommandApdu,
  parseTlv,
  statusWord,
  ISO_STATUS_WORDS,
  findTlv,
} from "./index.ts";
test("smoke", () => {
  for (const h of [
    "00A40400",
    "00B0000000",
    "00A404000100",
    "00D60000020102",
    "00B00000000000",
    "00D60000000002ABCD",
    "00D60000000002ABCD0001",
  ])
    expect(toHex(encodeCommandApdu(parseCommandApdu(fromHex(h))))).toBe(h);
  const t = fromHex("6F0E8407A0000000041010A5035001419F380102");
  const p = parseTlv(t);
  expect(buildTlv(p)).toEqual(t);
  expect(findTlv(p, 0x6f, 0xa5, 0x50)?.value).toEqual(fromHex("41"));
  expect(describeStatusWord(0x63c2)).toMatchObject({ name: "COUNTER", value: 2 });
  expect(statusWord(ISO_STATUS_WORDS, "COUNTER", 3)).toBe(0x63c3);
});
