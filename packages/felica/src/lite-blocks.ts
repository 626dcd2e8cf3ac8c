/** Block numbers of FeliCa Lite and Lite-S (FeliCa Lite-S user's manual, section 4.1). */
export const LITE_BLOCK = {
  /** S_PAD0–S_PAD13: for the user. */
  S_PAD0: 0x00,
  S_PAD13: 0x0d,
  /** Three counters that only go down, or compare. */
  REG: 0x0e,
  /** The challenge; reads as zeros. */
  RC: 0x80,
  MAC: 0x81,
  ID: 0x82,
  D_ID: 0x83,
  SER_C: 0x84,
  SYS_C: 0x85,
  /** Version of the card key. */
  CKV: 0x86,
  /** The card key; reads as zeros. */
  CK: 0x87,
  /** Memory configuration. */
  MC: 0x88,
  /** Lite-S: write counter, MAC with it, authentication state, CRC check. */
  WCNT: 0x90,
  MAC_A: 0x91,
  STATE: 0x92,
  CRC_CHECK: 0xa0,
} as const;

/** Service codes: read and write, and read only, both random access without authentication. */
export const LITE_SERVICE = { READ_WRITE: 0x0009, READ_ONLY: 0x000b } as const;

/** System codes: FeliCa Lite's own, and NDEF's where the memory configuration says so. */
export const LITE_SYSTEM = { LITE: 0x88b4, NDEF: 0x12fc } as const;
