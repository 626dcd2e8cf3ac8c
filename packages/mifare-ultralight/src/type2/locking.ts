import type { PageAddress, UltralightProduct } from "../products.ts";
import { lockBitsOf } from "../locks.ts";
import { PAGE_BYTES } from "../rf-commands.ts";

const STATIC_LOCK_PAGE = 2;
const LAST_STATIC_PAGE = 15;

/** What has to be written to lock pages: the lock pages with the bits to set, which the tag ORs to its own. */
export interface LockPlan {
  readonly writes: readonly { readonly page: PageAddress; readonly data: Uint8Array }[];
  /** Pages that will be locked: at least those asked for, for one bit often stands for several. */
  readonly locked: readonly PageAddress[];
}

/**
 * Plans the locking of pages. One bit of page 2 locks one of the pages 3 to 15; behind them a bit locks a group.
 *
 * @param pages the pages to lock; those that have no lock bit are not in the plan's `locked`.
 */
export function planLock(product: UltralightProduct, pages: Iterable<PageAddress>): LockPlan {
  const wanted = new Set(pages);
  const locked = new Set<PageAddress>();
  const staticLock = new Uint8Array(PAGE_BYTES);
  for (const page of wanted) {
    if (page < 3 || page > LAST_STATIC_PAGE) continue;
    const at = 2 + (page >> 3);
    staticLock[at] = (staticLock[at] ?? 0) | (1 << (page & 7));
    locked.add(page);
  }
  const writes: { page: PageAddress; data: Uint8Array }[] = [];
  const { dynamicLock } = product;
  if (dynamicLock !== undefined) {
    const data = new Uint8Array(PAGE_BYTES);
    for (const {
      bit,
      pages: [first, last],
    } of lockBitsOf(dynamicLock)) {
      let isWanted = false;
      for (let page = first; page <= last; page++) isWanted ||= wanted.has(page);
      if (!isWanted) continue;
      data[bit >> 3] = (data[bit >> 3] ?? 0) | (1 << (bit & 7));
      for (let page = first; page <= last; page++) locked.add(page);
    }
    if (data.some((byte) => byte !== 0)) writes.push({ page: dynamicLock.address, data });
  }
  // last: the static bits may lock the page that says where the others are
  if (staticLock.some((byte) => byte !== 0)) writes.push({ page: STATIC_LOCK_PAGE, data: staticLock });
  return { writes, locked: [...locked].sort((a, b) => a - b) };
}
