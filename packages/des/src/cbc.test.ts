import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { desDecryptCbc, desEncryptCbc } from "./index.ts";

const zeroIv = new Uint8Array(8);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe("single DES", () => {
  // key, plaintext, ciphertext of one block
  test.each([
    // FIPS 81 appendix B, "Now is t"
    ["0123456789abcdef", "4e6f772069732074", "3fa40e8a984d4815"],
    // NIST SP 800-17 appendix A: variable plaintext, variable key, permutation and substitution tests
    ["0101010101010101", "8000000000000000", "95f8a5e5dd31d900"],
    ["8001010101010101", "0000000000000000", "95a8d72813daa94d"],
    ["1046913489980131", "0000000000000000", "88d55e54f54c97b4"],
    ["7ca110454a1a6e57", "01a1d6d039776742", "690f5b0d9a26939b"],
  ])("key %s", (key, plain, cipher) => {
    expect(toHex(desEncryptCbc(fromHex(key), zeroIv, fromHex(plain))).toLowerCase()).toBe(cipher);
    expect(toHex(desDecryptCbc(fromHex(key), zeroIv, fromHex(cipher))).toLowerCase()).toBe(plain);
  });
});

test("triple DES agrees with the host's own", () => {
  fc.assert(
    fc.property(fc.constantFrom(16, 24).chain(bytes), bytes(8), bytes(24), (key, iv, data) => {
      const cipher = createCipheriv(key.length === 16 ? "des-ede-cbc" : "des-ede3-cbc", key, iv).setAutoPadding(false);
      const expected = toHex(Uint8Array.from(cipher.update(data)));
      const encrypted = desEncryptCbc(key, iv, data);
      expect(toHex(encrypted)).toBe(expected);
      expect(toHex(desDecryptCbc(key, iv, encrypted))).toBe(toHex(data));
    }),
  );
});

test("single DES is triple DES with one key thrice", () => {
  fc.assert(
    fc.property(bytes(8), bytes(8), bytes(16), (key, iv, data) => {
      const thrice = Uint8Array.of(...key, ...key, ...key);
      expect(desEncryptCbc(key, iv, data)).toEqual(desEncryptCbc(thrice, iv, data));
    }),
  );
});

test.each([
  ["key", 7, 8, 8],
  ["key", 25, 8, 8],
  ["initialization vector", 8, 7, 8],
  ["initialization vector", 8, 9, 8],
  ["data", 8, 8, 9],
])("refuses a wrong length of %s", (field, key, iv, data) => {
  for (const crypt of [desEncryptCbc, desDecryptCbc])
    expect(() => crypt(new Uint8Array(key), new Uint8Array(iv), new Uint8Array(data))).toThrow(
      expect.objectContaining({ name: "FormatError", field }) as Error,
    );
});
