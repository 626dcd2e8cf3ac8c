import { expect, test } from "vitest";
import * as reader from "./index.ts";
import * as recording from "./recording.ts";
import * as testing from "./testing.ts";

test("exports these names", () => {
  expect(Object.keys(reader).sort()).toMatchInlineSnapshot(`
    [
      "DIFFERENCES",
      "createNfcReader",
      "differences",
    ]
  `);
});

test("testing exports these names", () => {
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "ConformanceFailure",
      "conformanceCases",
      "isConformanceFailure",
      "missingFor",
      "runConformance",
    ]
  `);
});

test("recording exports these names", () => {
  expect(Object.keys(recording).sort()).toMatchInlineSnapshot(`
    [
      "createPcapngTrace",
      "explainTrace",
      "formatIoctlLogEntry",
      "parseIoctlLog",
      "parseIoctlLogEntry",
      "recordIoctlDevice",
      "replayIoctlLog",
    ]
  `);
});
