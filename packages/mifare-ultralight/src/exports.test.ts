import { expect, test } from "vitest";
import * as index from "./index.ts";
import * as virtual from "./virtual.ts";

test("exports", () => {
  expect(Object.keys(index).sort()).toMatchInlineSnapshot(`
    [
      "Type2Error",
      "Type2Tag",
      "isType2Error",
      "mifareUltralight",
      "mifareUltralightDifferences",
      "parseCapabilityContainer",
      "planLock",
      "productOfVersion",
      "ultralightProducts",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createMifareUltralightTag",
      "pageCount",
    ]
  `);
});
