import { expect, test } from "vitest";
import * as ffi from "./ffi.ts";
import * as entry from "./index.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "createPcscliteContext",
    ]
  `);
  expect(Object.keys(ffi).sort()).toMatchInlineSnapshot(`
    [
      "MissingLibraryError",
      "createPcscliteFfiContext",
      "isMissingLibraryError",
    ]
  `);
});
