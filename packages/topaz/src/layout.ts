/** A block: the unit of the locks, and of READ8 and WRITE-E8 (Type 1 Tag specification 1.2, section 4). */
export const BLOCK_BYTES = 8;
/** What RSEG gives. */
export const SEGMENT_BYTES = 128;
/** What RALL gives behind the header ROM, and where the addresses of READ and WRITE end: blocks 0–E. */
export const STATIC_BYTES = 120;
/** Block D is reserved. */
export const RESERVED_BLOCK = 0x0d;
/** Block E: two lock bytes, a bit for each block from 0 on, and six OTP bytes. */
export const LOCK_BLOCK = 0x0e;
/** Block F of dynamic memory: two reserved bytes and six lock bytes, a bit for each block from 10h on. */
export const DYNAMIC_LOCK_BLOCK = 0x0f;
/** Address of the static lock bytes. */
export const STATIC_LOCKS: number = LOCK_BLOCK * BLOCK_BYTES;
/** Address of the dynamic lock bytes, where the lock control TLV of a Topaz 512 (`01 03 F2 30 33`) puts them. */
export const DYNAMIC_LOCKS: number = DYNAMIC_LOCK_BLOCK * BLOCK_BYTES + 2;

/** Where the lock bit of a block is; `undefined` for the blocks that are not for the user's data. */
export function lockBitOf(block: number): { readonly address: number; readonly bit: number } | undefined {
  if (block < 1 || (block >= RESERVED_BLOCK && block <= DYNAMIC_LOCK_BLOCK)) return undefined;
  const index = block < RESERVED_BLOCK ? block : block - DYNAMIC_LOCK_BLOCK - 1;
  return { address: (block < RESERVED_BLOCK ? STATIC_LOCKS : DYNAMIC_LOCKS) + (index >> 3), bit: index & 7 };
}
