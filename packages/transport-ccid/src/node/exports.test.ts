import { expect, test } from "vitest";
import * as entry from "../node.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "MissingUsbError",
      "createCcidContext",
      "isMissingUsbError",
      "nodeUsbReaders",
    ]
  `);
});
