import { expect, it } from "vitest";
import * as transport from "./index.ts";

it("exports these names", () => {
  expect(Object.keys(transport).sort()).toMatchInlineSnapshot(`
    [
      "createIoctlContext",
      "createIoctlResourceManager",
    ]
  `);
});
