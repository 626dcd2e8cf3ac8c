import { isDumpError } from "@cardwire/virtual";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { realFile } from "../../test/sample-files.ts";
import { parseKeyFile } from "./key-file.ts";

test("any file gives keys of six bytes, each once, or is refused as no dump", () => {
  const text = fc.string({ unit: fc.constantFrom("F", "a", "0", "#", "/", "\n", " ", "g"), maxLength: 200 });
  const real = fc.nat().map((at) => {
    const bytes = realFile("s50-empty-key.bin");
    bytes[at % bytes.length] = at & 0xff;
    return bytes;
  });
  const bytes = fc.oneof(
    text.map((content) => new TextEncoder().encode(content)),
    real,
    fc.uint8Array({ maxLength: 300 }),
  );
  fc.assert(
    fc.property(bytes, (content) => {
      try {
        const { keys } = parseKeyFile(content);
        expect(keys.every(({ length }) => length === 6)).toBe(true);
        expect(new Set(keys.map(String)).size).toBe(keys.length);
      } catch (error) {
        if (!isDumpError(error)) throw error;
      }
    }),
  );
});
