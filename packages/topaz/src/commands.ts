/**
 * The commands of an NFC Forum Type 1 tag (Type 1 Tag specification 1.2, section 5), without their CRC. UID4 are the
 * first four bytes of the UID, as RID gives them; a tag answers to its own only.
 */
export const TYPE1_COMMAND = {
  /** `78 00×6` → HR0 HR1 UID4 */
  RID: 0x78,
  /** `00 00 00 UID4` → HR0 HR1, blocks 0–E */
  RALL: 0x00,
  /** `01 ADD 00 UID4` → ADD, byte */
  READ: 0x01,
  /** `53 ADD data UID4` → ADD, data: the byte is erased, then written */
  WRITE_E: 0x53,
  /** `1A ADD data UID4` → ADD, data: bits are only ever set */
  WRITE_NE: 0x1a,
  /** `10 ADDS 00×8 UID4` → ADDS, 128 bytes. Dynamic memory only, like all that follow. */
  RSEG: 0x10,
  /** `02 ADD8 00×8 UID4` → ADD8, 8 bytes */
  READ8: 0x02,
  /** `54 ADD8 data×8 UID4` → ADD8, 8 bytes */
  WRITE_E8: 0x54,
  /** `1B ADD8 data×8 UID4` → ADD8, 8 bytes */
  WRITE_NE8: 0x1b,
} as const;

/** ADD: block 0–E and byte 0–7 of the first 128 bytes. */
export function byteAddress(block: number, byte: number): number {
  return (block << 3) | byte;
}
