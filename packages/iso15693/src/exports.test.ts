import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "ICODE_COMMAND",
      "ICODE_PASSWORDS",
      "ISO15693_COMMAND",
      "ISO15693_ERROR",
      "MANUFACTURER",
      "REQUEST_FLAG",
      "Type5Error",
      "Type5Tag",
      "blockRequest",
      "isType5Error",
      "iso15693",
      "iso15693Differences",
      "parseSystemInformation",
      "parseType5Container",
      "wantsProtocolExtension",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "ICODE_PASSWORDS",
      "createIso15693Tag",
    ]
  `);
});
