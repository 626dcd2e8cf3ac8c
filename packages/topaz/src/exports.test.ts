import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "TYPE1_COMMAND",
      "TYPE1_PRODUCTS",
      "Type1Error",
      "Type1Tag",
      "byteAddress",
      "hasDynamicMemory",
      "isType1Error",
      "topaz",
      "topazDifferences",
      "type1CapabilityContainer",
      "type1ProductOf",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createTopazTag",
    ]
  `);
});
