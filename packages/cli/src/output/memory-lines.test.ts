import type { CardMemory } from "cardwire";
import { expect, test } from "vitest";
import { memoryLines } from "./memory-lines.ts";
import { createStyle } from "./style.ts";

const style = createStyle(false);

test("pages in rows of sixteen bytes, equal ones folded, what is not readable said", () => {
  const user = new Uint8Array(4 * 27);
  user.set([0x41, 0x42, 0x7f]);
  const memory: CardMemory = {
    unit: "page",
    unitBytes: 4,
    areas: [
      { name: "UID 0–2, BCC0", kind: "identity", address: 0, units: 1, bytes: Uint8Array.of(4, 1, 2, 0x8f) },
      { name: "user memory", kind: "user", address: 1, units: 27, bytes: user },
      { name: "CFG0", kind: "configuration", address: 0x1c, units: 1, problem: "protected" },
      { name: "key", kind: "secret", address: 0x1d, units: 4 },
    ],
  };
  const zeros = "00 ".repeat(16).trimEnd();
  const dots = "·".repeat(16);
  expect(memoryLines(memory, style)).toEqual([
    `00  04 01 02 8F${" ".repeat(36)}  ····${" ".repeat(12)}  UID 0–2, BCC0`,
    `01  41 42 7F ${"00 ".repeat(13).trimEnd()}  AB${"·".repeat(14)}  user memory 01–1B`,
    `05  ${zeros}  ${dots}`,
    "…   the same up to 1B",
    `1C  protected${" ".repeat(38)}  ${" ".repeat(16)}  CFG0`,
    `1D  ${" ".repeat(47)}  ${" ".repeat(16)}  key 1D–20`,
  ]);
});

test("parts have a title, addresses as many digits as the last needs", () => {
  const block = new Uint8Array(8);
  const memory: CardMemory = {
    unit: "block",
    unitBytes: 8,
    areas: [
      { name: "data", kind: "user", part: "sector 0", address: 0, units: 1, bytes: block },
      { name: "trailer", kind: "lock", part: "sector 0", address: 1, units: 1, bytes: block },
      { name: "data", kind: "user", part: "sector 1", address: 0x100, units: 1, bytes: block },
    ],
  };
  expect(memoryLines(memory, style)).toEqual([
    "sector 0",
    "000  00 00 00 00 00 00 00 00  ········  data",
    "001  00 00 00 00 00 00 00 00  ········  trailer",
    "sector 1",
    "100  00 00 00 00 00 00 00 00  ········  data",
  ]);
});
