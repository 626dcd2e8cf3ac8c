import type { PageAddress } from "../products.ts";
import type { PageWrite } from "./ndef.ts";
import type { PageAccess } from "./page-access.ts";
import { Type2Error } from "./type2-error.ts";

/**
 * Writes pages one after the other.
 *
 * @throws Type2Error WRITE_INTERRUPTED when one of several failed, telling which were written; the reason is its cause.
 */
export async function writePages(pages: PageAccess, writes: readonly PageWrite[], signal?: AbortSignal): Promise<void> {
  for (const [index, { page, data }] of writes.entries())
    try {
      signal?.throwIfAborted();
      await pages.writePage(page, data, signal);
    } catch (cause) {
      if (writes.length === 1) throw cause;
      const number = ({ page: address }: PageWrite): PageAddress => address;
      throw new Type2Error("WRITE_INTERRUPTED", `writing stopped at page ${page}`, {
        cause,
        pagesWritten: writes.slice(0, index).map(number),
        pagesLeft: writes.slice(index).map(number),
      });
    }
}
