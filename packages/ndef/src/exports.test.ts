import { expect, it } from "vitest";
import * as main from "./index.ts";

it("exports exactly this", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "NdefError",
      "TlvTag",
      "Tnf",
      "URI_PREFIXES",
      "encodeRecords",
      "hasType",
      "isNdefError",
      "locateNdef",
      "lockControlValue",
      "lockRange",
      "memoryControlValue",
      "memoryRange",
      "parseLockControl",
      "parseMemoryControl",
      "parseRecords",
      "parseText",
      "parseUri",
      "planNdefWrite",
      "rawOf",
      "readTlvs",
      "textRecord",
      "uriRecord",
    ]
  `);
});
