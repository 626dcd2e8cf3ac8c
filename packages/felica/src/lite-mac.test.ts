import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { liteMac, liteSessionKey, macAWritePrefix, reverseGroups, writeKey } from "./lite-mac.ts";

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

// vectors that another implementation of the cards' authentication publishes in its tests
describe("FeliCa Lite's arithmetic", () => {
  it("computes a MAC, with the key either way round", () => {
    expect(toHex(liteMac(counting(16), counting(8), counting(32)))).toBe("0B1268D7A4AC6932");
    expect(toHex(liteMac(writeKey(counting(16)), counting(8), counting(32)))).toBe("18CDD33C0FB25DD7");
  });

  it("derives a session key, and the MAC of a write with it", () => {
    const sessionKey = liteSessionKey(new TextEncoder().encode("0123456789abcdef"), counting(16));
    expect(toHex(sessionKey)).toBe("B636D955A9F0E2CC48B106F95506C3F6");
    const state = new Uint8Array(16);
    state[0] = 1;
    // the counter's bytes on the card are 00 FE FF
    const mac = liteMac(writeKey(sessionKey), counting(16), concatBytes(macAWritePrefix(0xfffe00, 0x92), state));
    expect(toHex(mac)).toBe("17C19E3BBDC3E8BD");
  });

  it("turns groups of eight round", () => {
    expect(toHex(reverseGroups(fromHex("0001020304050607 08090A0B0C0D0E0F")))).toBe("07060504030201000F0E0D0C0B0A0908");
  });
});
