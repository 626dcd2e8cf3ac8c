import { expect, it } from "vitest";
import * as describeEntry from "./describe.ts";
import * as entry from "./index.ts";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "AtrError",
      "StorageCardName",
      "StorageCardStandard",
      "buildAtr",
      "buildContactlessAtr",
      "buildHistoricalBytes",
      "buildIsoDepAtrTypeA",
      "buildIsoDepAtrTypeB",
      "buildPps",
      "buildStorageCardAtr",
      "checkPpsResponse",
      "choosePps",
      "decodeCardCapabilities",
      "decodeCardServiceData",
      "decodeLifeCycle",
      "decodeRate",
      "globalParameters",
      "identifyAtr",
      "isAtrError",
      "parseAtr",
      "parseContactlessAtr",
      "parseHistoricalBytes",
      "parsePps",
      "parseSmartCardList",
      "readSynchronousAtr",
      "t0Parameters",
      "t0Timing",
      "t1Parameters",
      "t1Timing",
    ]
  `);
  expect(Object.keys(describeEntry).sort()).toMatchInlineSnapshot(`
    [
      "describeAtr",
      "formatAtr",
      "storageCardText",
    ]
  `);
});
