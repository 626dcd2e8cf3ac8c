import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as samples from "./samples.ts";

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

it("and from ./samples this", () => {
  expect(Object.keys(samples).sort()).toMatchInlineSnapshot(`
    [
      "classic1kWithNdef",
      "felicaLiteSWithUri",
      "ntag213WithText",
      "ntag216WithUri",
      "sampleDumps",
      "slixWithUri",
      "st25tb04k",
      "topaz96WithText",
      "type4WithUri",
      "ultralightEv1Ticket",
    ]
  `);
});
