import { expect, it } from "vitest";
import * as main from "./index.ts";
import * as virtual from "./virtual.ts";

it("exports exactly these names", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "ANY_SYSTEM",
      "FELICA_BLOCK_BYTES",
      "FELICA_COMMAND",
      "FelicaError",
      "FelicaTag",
      "LITE_BLOCK",
      "LITE_SERVICE",
      "LITE_SYSTEM",
      "felica",
      "felicaDifferences",
      "felicaFrame",
      "isFelicaError",
      "liteMac",
      "liteSessionKey",
      "liteWriteKey",
      "macAReadPrefix",
      "macAWritePrefix",
      "parseType3Attributes",
      "pollingFrame",
      "responseTimeUs",
      "reverseGroups",
    ]
  `);
  expect(Object.keys(virtual).sort()).toMatchInlineSnapshot(`
    [
      "createFelicaTag",
    ]
  `);
});
