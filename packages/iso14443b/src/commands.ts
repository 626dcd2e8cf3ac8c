/** The commands of the cards (SRIX4K data sheet, section 8), without their CRC. */
export const TYPE_B_MEMORY_COMMAND = {
  /** `06 00` → chip identifier; `06 04`: the same with anticollision slots. */
  INITIATE: 0x06,
  /** `08 block` → the block. */
  READ_BLOCK: 0x08,
  /** `09 block data` → nothing. */
  WRITE_BLOCK: 0x09,
  /** `0B` → 8 bytes. Not on a SR176, which has its UID in blocks 0–3. */
  GET_UID: 0x0b,
  /** `0C`: back to the inventory state. */
  RESET_TO_INVENTORY: 0x0c,
  /** `0E chip` → chip identifier. */
  SELECT: 0x0e,
  /** `0F`: deactivated until the field goes. */
  COMPLETION: 0x0f,
} as const;

/** The block that holds the lock register of all but the SR176, beside the memory. */
export const SYSTEM_BLOCK = 0xff;

/** How long a write takes inside the card, which gives no answer (SRIX4K data sheet, table 18: 7 ms at most). */
export const WRITE_TIME_US = 10_000;
