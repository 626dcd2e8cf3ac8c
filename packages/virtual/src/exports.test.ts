import { expect, it } from "vitest";
import * as main from "./index.ts";

it("exports exactly this", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "DumpError",
      "classicKeysOf",
      "createVirtualField",
      "formatDump",
      "isDumpError",
      "loadTag",
      "parseDump",
    ]
  `);
});
