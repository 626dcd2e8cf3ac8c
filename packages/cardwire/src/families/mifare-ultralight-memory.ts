import { isStatusWordError } from "@cardwire/apdu";
import { concatBytes, equalBytes } from "@cardwire/core";
import { isType2Error, type Type2Tag, type UltralightProduct } from "@cardwire/mifare-ultralight";
import type { CardMemory, MemoryArea, MemoryAreaKind, ReadMemoryOptions } from "../memory.ts";

const PAGE_BYTES = 4;
/** So many pages come with one READ BINARY. */
const PAGES_PER_READ = 4;
/** So many come with one FAST_READ, in the longest answer that a reader of short APDUs hands up. */
const PAGES_PER_FAST_READ = 60;
const NO_BYTES = new Uint8Array(0);

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

/** What of a product tells where its memory is, and what it is for. */
export type PageMap = Pick<UltralightProduct, "memory" | "user" | "hiddenFrom" | "commands"> &
  Partial<Pick<UltralightProduct, "configurationPage" | "counterPage" | "dynamicLock">>;

/** What lies on which page (NXP data sheets MF0ICU1, MF0ICU2, MF0ULX1, NTAG203, NTAG21x), neighbours joined. */
export function pageLayout(product: PageMap): NamedPages[] {
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

/** Reads the pages of a tag in the fewest exchanges that it knows, and names them. */
export async function readNamedPages(
  tag: PageSource,
  map: PageMap,
  options: ReadMemoryOptions = {},
): Promise<CardMemory> {
  const layout = pageLayout(map);
  const total = layout.reduce((sum, { units }) => sum + units, 0);
  const pages: Pages = new Map();
  const longest = map.commands.includes("FAST_READ") ? PAGES_PER_FAST_READ : PAGES_PER_READ;
  let refused = false;
  for (const [first, end] of map.memory) {
    const last = Math.min(end, (map.hiddenFrom ?? Infinity) - 1);
    let step = longest;
    for (let page = first; page <= last && !refused;) {
      const count = Math.min(step, last - page + 1);
      if (await readInto(pages, tag, page, count, options.signal)) page += count;
      // somewhere in the run protection begins
      else if (step > PAGES_PER_READ) step = PAGES_PER_READ;
      else refused = true;
      options.onProgress?.(pages.size, total);
    }
  }
  if (refused) await dropRolledOver(pages, tag, options.signal);
  return { unit: "page", unitBytes: PAGE_BYTES, areas: layout.flatMap((area) => pieces(area, pages)) };
}

type Pages = Map<number, Uint8Array>;

/** Where pages come from. */
export interface PageSource {
  readPages: Type2Tag["readPages"];
  /** Wakes the tag, which falls asleep after it has refused something. */
  reselect(signal?: AbortSignal): Promise<void>;
}

/** False when the tag refuses: the pages, and all behind them, are protected. */
async function readInto(
  pages: Pages,
  tag: PageSource,
  first: number,
  count: number,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const data = await tag.readPages(first, count, signal && { signal });
    for (let index = 0; index < count; index++)
      pages.set(first + index, data.slice(index * PAGE_BYTES, (index + 1) * PAGE_BYTES));
    return true;
  } catch (error) {
    if (isStatusWordError(error) || isType2Error(error, "NAK") || isType2Error(error, "NO_ANSWER")) {
      await tag.reselect(signal);
      return false;
    }
    throw error;
  }
}

/**
 * A READ that runs into protected pages goes on with page 0 (NTAG213/215/216 section 10.2): where the last pages that
 * came are the first ones of the memory, each is asked for by itself.
 */
async function dropRolledOver(pages: Pages, tag: PageSource, signal?: AbortSignal): Promise<void> {
  const last = Math.max(...pages.keys());
  for (let length = PAGES_PER_READ - 1; length > 0; length--) {
    const tail = Array.from({ length }, (_, index) => last - length + 1 + index);
    const rolledOver = tail.every((page, index) =>
      equalBytes(pages.get(page) ?? NO_BYTES, pages.get(index) ?? Uint8Array.of(0)),
    );
    if (!rolledOver) continue;
    for (const page of tail) {
      pages.delete(page);
      await readInto(pages, tag, page, 1, signal);
    }
    return;
  }
}

/** An area in the pieces that were read and those that were not. */
function pieces(area: NamedPages, pages: Pages): MemoryArea[] {
  const found: MemoryArea[] = [];
  const end = area.address + area.units;
  for (let first = area.address; first < end;) {
    const wasRead = pages.has(first);
    let next = first + 1;
    while (next < end && pages.has(next) === wasRead) next++;
    const piece = { ...area, address: first, units: next - first };
    if (wasRead) {
      const bytes = Array.from({ length: piece.units }, (_, index) => pages.get(first + index) ?? NO_BYTES);
      found.push({ ...piece, bytes: concatBytes(...bytes) });
    } else found.push(area.kind === "secret" ? piece : { ...piece, problem: "protected" });
    first = next;
  }
  return found;
}
