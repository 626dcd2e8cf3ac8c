import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Type1Tag, type Type1TagOptions, type Type1ProductName, TYPE1_PRODUCTS } from "../index.ts";
import { createTopazTag } from "../virtual.ts";
import { siliconBench } from "@cardwire/core/testing";
import { topaz } from "../family.ts";

/** The rows of the page's table, cell by cell, without the blanks that align them. */
const rows = readFileSync(new URL("../../../../docs/air-cost.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it.each<[string, Type1ProductName, Type1TagOptions, string]>([
  ["Topaz 96, Jewel", "topaz-96", {}, "RALL"],
  ["Topaz 96, Jewel", "jewel", {}, "RALL"],
  ["Topaz 512, known to be one", "topaz-512", { product: "topaz-512" }, "4 RSEG"],
  ["Topaz 512, not known yet", "topaz-512", {}, "RALL, READ8, 3 RSEG"],
])("%s costs what the page says", async (name, product, options, what) => {
  const { hr0, hr1, memoryBytes } = TYPE1_PRODUCTS[product];
  const reader = siliconBench(topaz, createTopazTag({ hr0, hr1, memory: new Uint8Array(memoryBytes) }));
  expect(await new Type1Tag(reader, options).readAll()).toHaveLength(memoryBytes);
  const { air, bytes } = reader;
  expect(rows).toContainEqual([name, `${air.length}`, what, `${bytes.sent}`, `${bytes.received}`]);
});
