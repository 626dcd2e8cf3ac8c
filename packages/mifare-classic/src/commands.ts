/** The commands of the card (MF1S50yyX data sheet, table 9). */
export const CLASSIC_COMMAND = {
  AUTHENTICATE_A: 0x60,
  AUTHENTICATE_B: 0x61,
  READ: 0x30,
  WRITE: 0xa0,
  DECREMENT: 0xc0,
  INCREMENT: 0xc1,
  RESTORE: 0xc2,
  TRANSFER: 0xb0,
} as const;

/** The card's 4-bit yes. */
export const ACK = 0x0a;

/** How long the card may take to refuse an operand; silence until then is its yes (MF1S50yyX data sheet, section 12.5). */
export const OPERAND_TIMEOUT_US = 5_000;
