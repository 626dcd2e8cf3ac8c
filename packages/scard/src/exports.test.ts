import { expect, test } from "vitest";
import * as ffi from "./ffi.ts";
import * as entry from "./index.ts";
import * as terms from "./terms.ts";

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
  expect(Object.keys(terms).sort()).toMatchInlineSnapshot(`
    [
      "DISPOSITION",
      "MACOS_DIALECT",
      "PCSCLITE_DIALECT",
      "SHARE_MODE",
      "WINDOWS_DIALECT",
      "believedBits",
      "eventFlags",
      "isPnpNotification",
      "protocolBit",
      "protocolBits",
      "protocolName",
    ]
  `);
});
