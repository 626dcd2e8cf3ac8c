import { type UltralightProductName, ultralightProducts } from "@cardwire/mifare-ultralight";
import type { UltralightDump } from "./model.ts";

/** How many pages a dump of the product has. */
export function pagesOf(product: UltralightProductName): number {
  let pages = 0;
  for (const [first, last] of ultralightProducts[product].memory) pages += last - first + 1;
  return pages;
}

/** The fewest pages that a whole dump has: keys are never shown, and some readers stop before them. */
export function readablePagesOf(product: UltralightProductName): number {
  return Math.min(pagesOf(product), ultralightProducts[product].hiddenFrom ?? Infinity);
}

/** The dump without the keys that its tag never showed, for formats that cannot say what was not read. */
export function withoutHiddenPages(dump: UltralightDump): UltralightDump {
  const { product, memory, unread } = dump;
  const shown = product === undefined ? memory.length : readablePagesOf(product) * 4;
  const [first] = unread;
  if (first?.offset !== shown || first.offset + first.length !== memory.length) return dump;
  return { ...dump, memory: memory.slice(0, shown), unread: [] };
}

/** Bytes of the answer to GET_VERSION: type, sub-type, major and minor version, size. */
const [TYPE, SUBTYPE, MAJOR, MINOR, SIZE] = [2, 3, 4, 5, 6];

/**
 * The product by the answer to GET_VERSION. Where no product has exactly that answer, type, major version and size
 * decide: sub-types tell antenna capacities apart, and minor versions are many.
 */
export function productByVersion(version: Uint8Array): UltralightProductName | undefined {
  const candidates = Object.values(ultralightProducts).filter(
    (product) => product.version !== undefined && same(product.version, version, [TYPE, MAJOR, SIZE]),
  );
  for (const decisive of [[SUBTYPE, MINOR], [SUBTYPE], []]) {
    const found = candidates.find(({ version: known = [] }) => same(known, version, decisive));
    if (found !== undefined) return found.name;
  }
  return undefined;
}

function same(known: readonly number[], version: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((index) => known[index] === version[index]);
}

/**
 * The product by the size of its memory, for dumps that say nothing else. 20 pages are an EV1 or an NTAG210, 41 an EV1
 * or an NTAG212, 231 an NTAG216 or an NTAG I2C: the commoner one is taken.
 */
export function productByPages(pages: number): UltralightProductName | undefined {
  if (pages === readablePagesOf("MIFARE Ultralight C")) return "MIFARE Ultralight C";
  return COMMON.find((product) => pagesOf(product) === pages);
}

const COMMON: readonly UltralightProductName[] = [
  "MIFARE Ultralight",
  "MIFARE Ultralight C",
  "MIFARE Ultralight EV1 48",
  "MIFARE Ultralight EV1 128",
  "NTAG203",
  "NTAG213",
  "NTAG215",
  "NTAG216",
];
