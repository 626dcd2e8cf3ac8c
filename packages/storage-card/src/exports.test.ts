import { expect, test } from "vitest";
import * as index from "./index.ts";
import * as tagAccess from "./tag-access.ts";

test("exports", () => {
  expect(Object.keys(index).sort()).toMatchInlineSnapshot(`
    [
      "ObjectError",
      "ObjectWriter",
      "SessionParameter",
      "SessionTag",
      "StatusWord",
      "StorageCard",
      "StorageCommand",
      "createKeyStore",
      "documentedGetData",
      "readDataObject",
      "refuseReadLe",
      "rulesOf",
      "runObjects",
      "storageCardDifferences",
    ]
  `);
  expect(Object.keys(tagAccess).sort()).toMatchInlineSnapshot(`
    [
      "TagAccessError",
      "createTagAccess",
      "isTagAccessError",
    ]
  `);
});
