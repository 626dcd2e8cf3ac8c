import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "SYSTEM_BLOCK",
      "TYPE_B_MEMORY_COMMAND",
      "TYPE_B_MEMORY_PRODUCTS",
      "TypeBMemoryError",
      "TypeBMemoryTag",
      "isTypeBMemoryError",
      "iso14443b",
      "typeBMemoryProductOf",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createTypeBMemoryTag",
    ]
  `);
});
