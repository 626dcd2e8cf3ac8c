import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "IsoDepError",
      "IsoDepLink",
      "activateTypeA",
      "activateTypeB",
      "buildAts",
      "buildAttrib",
      "buildAttribAnswer",
      "buildPps",
      "buildPpsAnswer",
      "buildRats",
      "createIsoDepFamily",
      "encodeBlock",
      "extensionFactor",
      "frameBytesOf",
      "frameWaitingTimeUs",
      "isIsoDepError",
      "isoDep",
      "isoDepDifferences",
      "linkOfAts",
      "linkOfProtocolInfo",
      "parametersOfAts",
      "parametersOfProtocolInfo",
      "parseAts",
      "parseAttrib",
      "parseAttribAnswer",
      "parseBitRates",
      "parseBlock",
      "parsePps",
      "parseProtocolInfo",
      "parseRats",
      "selectBitRates",
      "startUpGuardTimeUs",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createIsoDepCard",
    ]
  `);
});
