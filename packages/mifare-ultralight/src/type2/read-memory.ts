import { isStatusWordError } from "@cardwire/apdu";
import type { PageAddress, PageRange, UltralightProduct } from "../products.ts";
import { type PageAccess, READ_PAGES } from "./page-access.ts";
import { isType2Error } from "./type2-error.ts";

/** Pages as they were read. */
export interface Type2Memory {
  /** What could be read, in the order of addresses. */
  readonly ranges: readonly { readonly first: PageAddress; readonly data: Uint8Array }[];
  /** What the product has and does not give: keys, and pages that need a password. */
  readonly missing: readonly PageRange[];
}

function isRefusal(error: unknown): boolean {
  return isType2Error(error, "NAK") || isType2Error(error, "NO_ANSWER") || isStatusWordError(error);
}

/** Reads pages of one sector in the way that costs the fewest exchanges on the air. */
export async function readRange(
  pages: PageAccess,
  product: UltralightProduct | undefined,
  [first, last]: PageRange,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const isFast = product?.commands.includes("FAST_READ") === true && pages.access.hasFrames;
  // four pages come with one READ as well, without a session around it
  if (!isFast || (last - first < READ_PAGES && first < 0x100)) return pages.readSlowly(first, last, signal);
  return pages.readFast(first, last, signal);
}

/** The last page of a range that can be read; `undefined` when not even the first can. */
async function lastReadable(
  pages: PageAccess,
  [first, last]: PageRange,
  isFast: boolean,
  signal?: AbortSignal,
): Promise<PageAddress | undefined> {
  let readable = first - 1;
  let refused = last + 1;
  while (refused - readable > 1) {
    const middle = Math.floor((readable + refused) / 2);
    try {
      if (isFast) await pages.readFast(middle, middle, signal);
      else await pages.readFour(middle, signal);
      readable = middle;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!isFast && pages.access.hasFrames) await pages.reselect(signal);
      refused = middle;
    }
  }
  return readable < first ? undefined : readable;
}

/**
 * Reads all that a tag gives without being asked for a password. A READ that rolls over in front of protected pages gives
 * bytes of other pages, so a tag with a protected end is searched for it first.
 *
 * @param ranges what the product has, without what it never gives.
 */
export async function readMemory(
  pages: PageAccess,
  product: UltralightProduct | undefined,
  ranges: readonly PageRange[],
  signal?: AbortSignal,
): Promise<Type2Memory> {
  const isFast = product?.commands.includes("FAST_READ") === true && pages.access.hasFrames;
  const read: { first: PageAddress; data: Uint8Array }[] = [];
  const missing: PageRange[] = [];
  for (const range of ranges) {
    const [first, last] = range;
    try {
      read.push({ first, data: await readRange(pages, product, range, signal) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (!isFast && pages.access.hasFrames) await pages.reselect(signal);
      const end = await lastReadable(pages, range, isFast, signal);
      if (end !== undefined) read.push({ first, data: await readRange(pages, product, [first, end], signal) });
      missing.push([end === undefined ? first : end + 1, last]);
    }
  }
  return { ranges: read, missing };
}
