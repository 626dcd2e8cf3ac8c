/**
 * The status words of pseudo-APDUs (PC/SC part 3 section 3.2.2.1), as 16-bit numbers. A family may answer others: FeliCa
 * passes on the card's own status flags.
 */
export const StatusWord = {
  OK: 0x9000,
  /** Part of the returned data may be corrupt. */
  DATA_MAY_BE_CORRUPT: 0x6281,
  /** The end was reached before Le bytes. */
  END_REACHED: 0x6282,
  NO_INFORMATION: 0x6300,
  MEMORY_FAILURE: 0x6581,
  WRONG_LENGTH: 0x6700,
  CLASS_NOT_SUPPORTED: 0x6800,
  /** The command did not reach the card, or nothing usable came back. */
  COMMAND_INCOMPATIBLE: 0x6981,
  SECURITY_STATUS: 0x6982,
  AUTHENTICATION_BLOCKED: 0x6983,
  KEY_TYPE_UNKNOWN: 0x6986,
  COMMAND_NOT_ALLOWED: 0x6986,
  KEY_NUMBER_INVALID: 0x6988,
  KEY_LENGTH_INCORRECT: 0x6989,
  WRONG_VALUE: 0x6a80,
  FUNCTION_NOT_SUPPORTED: 0x6a81,
  ADDRESS_NOT_FOUND: 0x6a82,
  WRONG_P1P2: 0x6b00,
  /** Wrong Le; the low byte is the right one. */
  WRONG_LE: 0x6c00,
  INSTRUCTION_NOT_SUPPORTED: 0x6d00,
  UNKNOWN_FAILURE: 0x6f00,
} as const;
