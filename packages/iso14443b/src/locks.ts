import type { TypeBMemoryProduct } from "./products.ts";

/** The bit that locks a block, in the last byte of the system block. */
export interface LockBit {
  readonly bit: number;
  /** All that the bit locks. */
  readonly blocks: readonly number[];
}

const FIRST_LOCKABLE = 7;
const LAST_LOCKABLE = 15;
/** A SR176's UID, in its first four blocks, is written in production. */
const SR176_FIRST_LOCKABLE = 4;

/**
 * The lock bit of a block; `undefined` for one that cannot be locked. In the SRI, SRIX and ST25TB cards the lowest bit
 * stands for blocks 7 and 8, the others for 9 to 15 (SRIX4K data sheet, section 4.4); in a SR176 each stands for two
 * blocks (SR176 data sheet, section 4.3).
 */
export function lockBitOf({ hasCounters }: TypeBMemoryProduct, block: number): LockBit | undefined {
  if (!hasCounters) {
    if (block < SR176_FIRST_LOCKABLE || block > LAST_LOCKABLE) return undefined;
    const bit = block >> 1;
    return { bit, blocks: [bit * 2, bit * 2 + 1] };
  }
  if (block < FIRST_LOCKABLE || block > LAST_LOCKABLE) return undefined;
  if (block <= FIRST_LOCKABLE + 1) return { bit: 0, blocks: [FIRST_LOCKABLE, FIRST_LOCKABLE + 1] };
  return { bit: block - FIRST_LOCKABLE - 1, blocks: [block] };
}

/** True when the register says that a block is locked: by a 0 bit, and in a SR176 by a 1. */
export function isLocked(product: TypeBMemoryProduct, systemBlock: Uint8Array, block: number): boolean {
  const lock = lockBitOf(product, block);
  if (lock === undefined) return false;
  const isSet = (((systemBlock[product.blockBytes - 1] ?? 0) >> lock.bit) & 1) === 1;
  return isSet !== product.hasCounters;
}
