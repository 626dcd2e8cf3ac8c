import { fromHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { openEchoCard, transmit } from "../test/echo-card.ts";
import { createKeyStore } from "./index.ts";

const key = "A0A1A2A3A4A5";

describe("as Windows has it", () => {
  test("a key is stored under any number, and overwritten", () => {
    const card = openEchoCard("nfccx");
    expect(transmit(card, `FF8200FF06${key}`)).toBe("9000");
    expect(transmit(card, "FF8200FF06FFFFFFFFFFFF")).toBe("9000");
    expect(card.findKey(0xff)).toEqual(fromHex("FFFFFFFFFFFF"));
    expect(card.findKey(0)).toBeUndefined();
  });

  test("the eleventh key is DISK_FULL, a stored number still loads", () => {
    const card = openEchoCard("nfccx");
    for (let number = 0; number < 10; number++) expect(transmit(card, `FF82000${number}06${key}`)).toBe("9000");
    expect(transmit(card, `FF82000A06${key}`)).toBe("status C000007F");
    expect(transmit(card, `FF82000906${key}`)).toBe("9000");
  });

  test.each([
    `FF82000006${key}00`,
    "FF82000006A0A1A2A3A4",
    "FF82000000",
    `FF82800006${key}`,
    `FF82400006${key}`,
    `FF82200006${key}`,
    `FF82010006${key}`,
    `FF82000005${key}`,
  ])("%s is INVALID_PARAMETER", (apdu) => {
    expect(transmit(openEchoCard("nfccx"), apdu)).toBe("status C000000D");
  });
});

describe("by PC/SC part 3", () => {
  test.each([
    [`FF82800006${key}`, "6983"],
    [`FF82400006${key}`, "6985"],
    [`FF82200006${key}`, "6987"],
    [`FF82010006${key}`, "6300"],
    [`FF82000005A0A1A2A3A4`, "6989"],
    [`FF82000000`, "6989"],
    [`FF82000006${key}`, "9000"],
    [`FF82000010${key}${key}A0A1A2A3`, "9000"],
  ])("%s", (apdu, response) => {
    expect(transmit(openEchoCard("documented"), apdu)).toBe(response);
  });

  test("non-volatile keys go to the store that was handed in", () => {
    const nonVolatile = createKeyStore(1);
    const card = openEchoCard("documented", { keys: { nonVolatile } });
    expect(transmit(card, `FF82200506${key}`)).toBe("9000");
    expect(nonVolatile.get(5)).toEqual(fromHex(key));
    expect(card.findKey(5)).toEqual(fromHex(key));
    expect(transmit(card, `FF82200606${key}`)).toBe("6988");
  });

  test("a volatile store may be shared by cards", () => {
    const volatile = createKeyStore();
    expect(transmit(openEchoCard("documented", { keys: { volatile } }), `FF82000506${key}`)).toBe("9000");
    expect(openEchoCard("documented", { keys: { volatile } }).findKey(5)).toEqual(fromHex(key));
  });
});

test.each([0, 257, 1.5])("a store of %d slots is refused", (slots) => {
  expect(() => createKeyStore(slots)).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
});
