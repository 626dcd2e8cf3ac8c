import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "IsoDepError",
      "IsoDepLink",
      "Type4Tag",
      "activateTypeA",
      "activateTypeB",
      "buildAts",
      "buildAttrib",
      "buildAttribAnswer",
      "buildPps",
      "buildPpsAnswer",
      "buildRats",
      "buildType4Container",
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
      "parseType4Container",
      "selectBitRates",
      "startUpGuardTimeUs",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createIsoDepCard",
      "createType4Application",
      "type4Image",
    ]
  `);
});
