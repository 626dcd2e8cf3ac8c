import { PAGE_BYTES } from "./rf-commands.ts";
import type { DynamicLock, LockBit, PageAddress } from "./products.ts";

/** Bits 0 to 2 of the static lock bytes freeze the bits of page 3, of pages 4 to 9, and of pages 10 to 15. */
const STATIC_FREEZERS: readonly number[] = [0x0008, 0x03f0, 0xfc00];
const STATIC_LOCK_OFFSET = 2 * PAGE_BYTES + 2;

/** The lock bits of a product, one by one. */
export function lockBitsOf(lock: DynamicLock): readonly LockBit[] {
  if (lock.bits !== undefined) return lock.bits;
  const { pagesPerBit = 1, lastPage = 0 } = lock;
  const bits: LockBit[] = [];
  for (let first = 16; first <= lastPage; first += pagesPerBit)
    bits.push({
      bit: bits.length,
      pages: [first, Math.min(first + pagesPerBit - 1, lastPage)],
      frozenBy: 16 + (bits.length >> 1),
    });
  return bits;
}

function staticLocks(pages: Uint8Array): number {
  return (pages[STATIC_LOCK_OFFSET] ?? 0) | ((pages[STATIC_LOCK_OFFSET + 1] ?? 0) << 8);
}

/** Whether one of the pages 3 to 15 is locked by page 2. Bit n stands for page n. */
export function isStaticallyLocked(pages: Uint8Array, page: number): boolean {
  return page >= 3 && page < 16 && ((staticLocks(pages) >> page) & 1) === 1;
}

/** Writes page 2: the lock bytes are ORed, but for bits that are frozen; the other two bytes never change. */
export function writeStaticLocks(pages: Uint8Array, data: Uint8Array): void {
  const before = staticLocks(pages);
  let allowed = 0xffff;
  STATIC_FREEZERS.forEach((frozen, bit) => {
    if (((before >> bit) & 1) === 1) allowed &= ~frozen;
  });
  const after = before | (((data[2] ?? 0) | ((data[3] ?? 0) << 8)) & allowed);
  pages[STATIC_LOCK_OFFSET] = after & 0xff;
  pages[STATIC_LOCK_OFFSET + 1] = after >> 8;
}

/** The lock bits outside page 2, over their page in memory. */
export class DynamicLocks {
  readonly #bits: readonly LockBit[];
  /** Where the lock page lies in the image. */
  readonly #offset: number;
  readonly #pages: Uint8Array;
  readonly #writable: number;

  constructor(lock: DynamicLock, pages: Uint8Array, offset: number) {
    this.#bits = lockBitsOf(lock);
    this.#pages = pages;
    this.#offset = offset;
    this.#writable = this.#bits.reduce((mask, { bit, frozenBy }) => mask | (1 << bit) | (1 << frozenBy), 0);
  }

  #read(): number {
    const at = this.#offset;
    return (this.#pages[at] ?? 0) | ((this.#pages[at + 1] ?? 0) << 8) | ((this.#pages[at + 2] ?? 0) << 16);
  }

  isLocked(address: PageAddress): boolean {
    const locks = this.#read();
    return this.#bits.some(
      ({ bit, pages: [first, last] }) => address >= first && address <= last && ((locks >> bit) & 1) === 1,
    );
  }

  /** ORs the lock bytes in, but for bits that are frozen. The fourth byte is no lock byte and keeps its value. */
  write(data: Uint8Array): void {
    const before = this.#read();
    let allowed = this.#writable;
    for (const { bit, frozenBy } of this.#bits) if (((before >> frozenBy) & 1) === 1) allowed &= ~(1 << bit);
    const wanted = (data[0] ?? 0) | ((data[1] ?? 0) << 8) | ((data[2] ?? 0) << 16);
    const after = before | (wanted & allowed);
    for (let byte = 0; byte < 3; byte++) this.#pages[this.#offset + byte] = (after >> (8 * byte)) & 0xff;
  }
}
