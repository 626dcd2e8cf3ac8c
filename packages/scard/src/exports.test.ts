import { expect, test } from "vitest";
import * as ffi from "./ffi.ts";
import * as entry from "./index.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "MACOS_DIALECT",
      "PCSCLITE_DIALECT",
      "WINDOWS_DIALECT",
      "createScardContext",
    ]
  `);
  expect(Object.keys(ffi).sort()).toMatchInlineSnapshot(`
    [
      "ForeignScardApi",
      "MACOS",
      "PCSCLITE_32",
      "PCSCLITE_64",
      "WINDOWS_32",
      "WINDOWS_64",
    ]
  `);
});
