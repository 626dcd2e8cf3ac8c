/** Commands of NFC Forum Type 1 tags (Type 1 Tag specification 1.2, section 5). */
export const TYPE1_COMMAND = {
  RID: 0x78,
  RALL: 0x00,
  READ: 0x01,
  WRITE_E: 0x53,
  WRITE_NE: 0x1a,
  RSEG: 0x10,
  READ8: 0x02,
  WRITE_E8: 0x54,
  WRITE_NE8: 0x1b,
} as const;

/**
 * The commands that a PN53x' firmware knows: how many bytes of each it takes. It adds the rest of a frame of seven, UID
 * included, and keeps the address, with which the answers to commands for a single byte begin.
 */
export const TYPE1_FIRMWARE_BYTES: Readonly<Record<number, number>> = {
  [TYPE1_COMMAND.RID]: 1,
  [TYPE1_COMMAND.RALL]: 1,
  [TYPE1_COMMAND.READ]: 2,
  [TYPE1_COMMAND.WRITE_E]: 3,
  [TYPE1_COMMAND.WRITE_NE]: 3,
};
