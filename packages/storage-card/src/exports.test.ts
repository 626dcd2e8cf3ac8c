import { expect, test } from "vitest";
import * as index from "./index.ts";

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
});
