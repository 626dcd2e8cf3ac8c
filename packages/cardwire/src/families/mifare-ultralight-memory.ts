import { describeStatusWord, parseResponseApdu, type ResponseApdu } from "@cardwire/apdu";
import { readBinary } from "@cardwire/apdu/pcsc";
import { PCSC_READ_BINARY_STATUS_WORDS } from "@cardwire/apdu/status-words";
import { concatBytes, equalBytes, type SmartCardConnection } from "@cardwire/core";
import type { UltralightProduct } from "@cardwire/mifare-ultralight";
import type { CardMemory, MemoryArea, MemoryAreaKind, ReadMemoryOptions } from "../memory.ts";

const OK = 0x9000;
const PAGE_BYTES = 4;
const NO_BYTES = new Uint8Array(0);
/** READ gives four pages (NFC Forum Type 2 section 5.2). */
const READ_BYTES = 16;
/** Pages from here on are in another sector, which READ BINARY cannot select. */
const SECTOR_PAGES = 0x100;

type NamedPages = Pick<MemoryArea, "name" | "kind" | "address" | "units">;
type PageName = readonly [name: string, kind: MemoryAreaKind];

const USER: PageName = ["user memory", "user"];
const RESERVED: PageName = ["reserved", "reserved"];
const KEY: PageName = ["key, never shown", "secret"];

/** The pages behind CFG0, in their order. */
const CONFIGURATION: readonly PageName[] = [
  ["CFG0: mirror, AUTH0", "configuration"],
  ["CFG1: ACCESS", "configuration"],
  ["PWD, never shown", "secret"],
  ["PACK, never shown", "secret"],
];

/** What lies on which page (NXP data sheets MF0ICU1, MF0ICU2, MF0ULX1, NTAG203, NTAG21x), neighbours joined. */
export function pageLayout(product: UltralightProduct): NamedPages[] {
  const { configurationPage, counterPage, dynamicLock, hiddenFrom = Infinity } = product;
  const names = new Map<number, PageName>([
    [0, ["UID 0–2, BCC0", "identity"]],
    [1, ["UID 3–6", "identity"]],
    [2, ["BCC1, internal, lock bytes", "lock"]],
    [3, ["capability container", "capability"]],
  ]);
  if (dynamicLock !== undefined) names.set(dynamicLock.address, ["dynamic lock bytes", "lock"]);
  if (counterPage !== undefined) names.set(counterPage, ["16-bit counter", "counter"]);
  if (configurationPage !== undefined)
    CONFIGURATION.forEach((name, index) => names.set(configurationPage + index, name));
  if (product.commands.includes("AUTHENTICATE_3DES")) {
    names.set(0x2a, ["AUTH0: first protected page", "configuration"]);
    names.set(0x2b, ["AUTH1: what is protected", "configuration"]);
  }
  const nameOf = (page: number): PageName => {
    if (page >= hiddenFrom) return KEY;
    const isUser = product.user.some(([first, last]) => page >= first && page <= last);
    return names.get(page) ?? (isUser ? USER : RESERVED);
  };

  const areas: NamedPages[] = [];
  for (const [first, last] of product.memory)
    for (let page = first; page <= last; page++) {
      const [name, kind] = nameOf(page);
      const before = areas.at(-1);
      if (before?.name === name && before.address + before.units === page)
        areas[areas.length - 1] = { ...before, units: before.units + 1 };
      else areas.push({ name, kind, address: page, units: 1 });
    }
  return areas;
}

/** Reads the pages of a product by READ BINARY, and names them. What is behind a password is left out. */
export async function readPages(
  connection: SmartCardConnection,
  product: UltralightProduct,
  options: ReadMemoryOptions = {},
): Promise<CardMemory> {
  const layout = pageLayout(product);
  const total = layout.reduce((sum, { units }) => sum + units, 0);
  const pages: Pages = new Map();
  let refusal: number | undefined;
  for (const [first, end] of product.memory) {
    const last = Math.min(end, (product.hiddenFrom ?? Infinity) - 1, SECTOR_PAGES - 1);
    for (let page = first; page <= last && refusal === undefined;) {
      const { data, sw } = await read(connection, page, options.signal);
      // some readers give one page, whatever they are asked for
      const count = Math.min(data.length / PAGE_BYTES, last - page + 1);
      for (let index = 0; index < count; index++) pages.set(page + index, data.slice(index * 4, index * 4 + 4));
      if (sw !== OK || count < 1) refusal = sw;
      page += count;
      options.onProgress?.(pages.size, total);
    }
  }
  if (refusal !== undefined) await dropRolledOver(connection, pages, options.signal);
  return { unit: "page", unitBytes: PAGE_BYTES, areas: layout.flatMap((area) => pieces(area, pages, refusal)) };
}

type Pages = Map<number, Uint8Array>;

async function read(connection: SmartCardConnection, page: number, signal?: AbortSignal): Promise<ResponseApdu> {
  const command = readBinary({ address: page, ne: READ_BYTES });
  return parseResponseApdu(await connection.transmit(command, signal && { signal }));
}

/**
 * A READ that runs into the protected pages goes on with page 0 (NTAG21x section 10.2): where the last pages before a
 * refusal look like the first ones of the memory, each is asked for by itself.
 */
async function dropRolledOver(connection: SmartCardConnection, pages: Pages, signal?: AbortSignal): Promise<void> {
  const end = Math.max(...pages.keys());
  for (let length = 3; length > 0; length--) {
    const tail = Array.from({ length }, (_, index) => end - length + 1 + index);
    const isHead = tail.every((page, index) => {
      const [there, head] = [pages.get(page), pages.get(index)];
      return page > index && there !== undefined && head !== undefined && equalBytes(there, head);
    });
    if (!isHead) continue;
    for (const page of tail) if ((await read(connection, page, signal)).sw !== OK) pages.delete(page);
    return;
  }
}

/** An area in the pieces that were read and those that were not. */
function pieces(area: NamedPages, pages: Pages, refusal: number | undefined): MemoryArea[] {
  const found: MemoryArea[] = [];
  let first = area.address;
  const end = area.address + area.units;
  for (let page = first; page <= end; page++) {
    if (page < end && pages.has(page) === pages.has(first)) continue;
    const units = page - first;
    if (!pages.has(first)) found.push({ ...area, address: first, units, problem: reason(area, first, refusal) });
    else {
      const bytes = concatBytes(...Array.from({ length: units }, (_, index) => pages.get(first + index) ?? NO_BYTES));
      found.push({ ...area, address: first, units, bytes });
    }
    first = page;
  }
  return found;
}

function reason(area: NamedPages, page: number, refusal: number | undefined): string {
  if (area.kind === "secret") return "not shown by any card";
  if (page >= SECTOR_PAGES) return "in another sector, which READ BINARY does not reach";
  if (refusal === undefined) return "cannot be read";
  return `protected (${describeStatusWord(refusal, PCSC_READ_BINARY_STATUS_WORDS).meaning})`;
}
