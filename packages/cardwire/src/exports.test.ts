import { expect, test } from "vitest";
import * as core from "@cardwire/core";
import * as cardwire from "./index.ts";

test("the root hands on the contracts, and adds these", () => {
  const own = Object.keys(cardwire).filter((name) => !(name in core));
  expect(own.sort()).toMatchInlineSnapshot(`
    [
      "NoTransportError",
      "createVirtualReader",
      "dialectOf",
      "frameWordsOf",
      "identifyAtr",
      "isNoTransportError",
      "openContext",
      "readerFamilies",
      "tapEvents",
      "taps",
      "watchTaps",
    ]
  `);
  expect(Object.keys(core).filter((name) => !(name in cardwire))).toEqual([]);
});
