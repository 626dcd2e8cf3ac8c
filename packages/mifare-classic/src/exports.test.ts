import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "BLOCK_BYTES",
      "CLASSIC_COMMAND",
      "CLASSIC_GEOMETRY",
      "DATA_ACCESS",
      "MAD_ADMINISTRATIVE_AIDS",
      "MAD_AID_NDEF",
      "MifareClassic",
      "MifareClassicError",
      "TRAILER_ACCESS",
      "TRANSPORT_CONDITIONS",
      "WELL_KNOWN_KEYS",
      "accessGroupOfBlock",
      "blocksInSector",
      "buildAccessBits",
      "buildMad",
      "buildValueBlock",
      "classicSizeOf",
      "createMifareClassicFamily",
      "explainAccessConditions",
      "firstBlockOfSector",
      "isMifareClassicError",
      "isTrailer",
      "madVersionOf",
      "mayAccess",
      "mifareClassic",
      "mifareClassicDifferences",
      "ndefSectors",
      "parseAccessBits",
      "parseMad",
      "parseValueBlock",
      "sectorOfBlock",
      "trailerOfSector",
      "tryParseAccessBits",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createMifareClassicTag",
      "mifareClassicImage",
    ]
  `);
});
