/** First bytes of the commands of Type 2 tags (NFC Forum Type 2; NXP data sheets of the Ultralight and NTAG families). */
export const Type2Command = {
  GET_VERSION: 0x60,
  READ: 0x30,
  FAST_READ: 0x3a,
  WRITE: 0xa2,
  COMPATIBILITY_WRITE: 0xa0,
  READ_COUNTER: 0x39,
  INCREMENT_COUNTER: 0xa5,
  CHECK_TEARING_EVENT: 0x3e,
  PASSWORD_AUTHENTICATE: 0x1b,
  READ_SIGNATURE: 0x3c,
  AUTHENTICATE: 0x1a,
  /** Second half of AUTHENTICATE, and the first byte of the answer to the first half. */
  AUTHENTICATE_CONTINUE: 0xaf,
  SECTOR_SELECT: 0xc2,
  VIRTUAL_CARD_SELECT_LAST: 0x4b,
  READ_TAMPER_STATUS: 0xa4,
  HALT: 0x50,
} as const;

/** The 4-bit answers of a Type 2 tag. */
export const Type2Ack = {
  ACK: 0xa,
  NAK_INVALID_ARGUMENT: 0x0,
  NAK_CRC: 0x1,
  /** Authentication not allowed, counter overflow. */
  NAK_NOT_ALLOWED: 0x4,
  NAK_WRITE_5: 0x5,
  NAK_WRITE_7: 0x7,
} as const;

/** Bytes in a page. */
export const PAGE_BYTES = 4;
/** Bytes that READ gives: four pages. */
export const READ_BYTES = 16;
