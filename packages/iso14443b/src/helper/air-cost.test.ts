import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { TYPE_B_MEMORY_PRODUCTS, type TypeBMemoryProductName, TypeBMemoryTag } from "../index.ts";
import { createTypeBMemoryTag } from "../virtual.ts";
import { siliconBench } from "@cardwire/core/testing";
import { iso14443b } from "../family.ts";

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

it.each<[string, TypeBMemoryProductName]>([
  ["SR176", "sr176"],
  ["SRI512, ST25TB512", "sri512"],
  ["SRI512, ST25TB512", "st25tb512-at"],
  ["SRIX4K, ST25TB04K", "srix4k"],
  ["SRIX4K, ST25TB04K", "st25tb04k"],
])("%s costs what the page says (%s)", async (name, product) => {
  const { blocks, blockBytes, productCode } = TYPE_B_MEMORY_PRODUCTS[product];
  const byte = productCode > 0x0f ? productCode : productCode << 2;
  const uid = Uint8Array.of(1, 2, 3, 4, 5, byte, 0x02, 0xd0);
  const reader = siliconBench(
    iso14443b,
    createTypeBMemoryTag({ product, uid, memory: new Uint8Array(blocks * blockBytes) }),
  );
  await new TypeBMemoryTag(reader).readAll();
  const { air, bytes } = reader;
  expect(rows).toContainEqual([
    name,
    `${air.length}`,
    `${air.length} READ_BLOCK`,
    `${bytes.sent}`,
    `${bytes.received}`,
  ]);
});
