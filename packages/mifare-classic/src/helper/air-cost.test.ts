import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type ClassicReadOptions, type ClassicSize, MifareClassic } from "../index.ts";
import { classicCard } from "../../test/cards.ts";
import { siliconBench } from "@cardwire/core/testing";
import { mifareClassic } from "../family.ts";

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

it.each<[string, ClassicSize, ClassicReadOptions]>([
  ["MIFARE Mini, one key", "mini", {}],
  ["MIFARE Classic 1K, one key", "1k", {}],
  ["MIFARE Classic 1K, one key, without trailers", "1k", { trailers: false }],
  ["MIFARE Classic 2K, one key", "2k", {}],
  ["MIFARE Classic 4K, one key", "4k", {}],
  ["MIFARE Classic 4K, one key, without trailers", "4k", { trailers: false }],
])("%s costs what the page says", async (name, size, options) => {
  const reader = siliconBench(mifareClassic, classicCard(size));
  await new MifareClassic(reader, { size }).readAll(options);
  const { air, bytes } = reader;
  const authentications = air.filter((request) => request.startsWith("auth")).length;
  const reads = air.filter((request) => /^30..$/.test(request)).length;
  expect(authentications + reads).toBe(air.length);
  expect(rows).toContainEqual([
    name,
    `${air.length}`,
    `${authentications} authentications, ${reads} READ`,
    `${bytes.sent}`,
    `${bytes.received}`,
  ]);
});
