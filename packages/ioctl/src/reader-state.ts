/** Reader states of IOCTL_SMARTCARD_GET_STATE (winsmcrd.h). An NFC reader knows ABSENT and SPECIFIC. */
export const SCARD_READER_STATE = {
  UNKNOWN: 0,
  ABSENT: 1,
  PRESENT: 2,
  SWALLOWED: 3,
  POWERED: 4,
  NEGOTIABLE: 5,
  SPECIFIC: 6,
} as const;
export type ReaderStateName = keyof typeof SCARD_READER_STATE;
export type ReaderState = (typeof SCARD_READER_STATE)[ReaderStateName];

/** The same states as pcsc-lite reports them in SCardStatus: one bit each (pcsclite.h). */
export const PCSCLITE_READER_STATE = {
  UNKNOWN: 0x01,
  ABSENT: 0x02,
  PRESENT: 0x04,
  SWALLOWED: 0x08,
  POWERED: 0x10,
  NEGOTIABLE: 0x20,
  SPECIFIC: 0x40,
} as const;

/** Bits of a reader's state in SCardGetStatusChange, the same everywhere; the high word counts insertions. */
export const SCARD_STATE = {
  UNAWARE: 0x0000,
  IGNORE: 0x0001,
  CHANGED: 0x0002,
  UNKNOWN: 0x0004,
  UNAVAILABLE: 0x0008,
  EMPTY: 0x0010,
  PRESENT: 0x0020,
  ATRMATCH: 0x0040,
  EXCLUSIVE: 0x0080,
  INUSE: 0x0100,
  MUTE: 0x0200,
  UNPOWERED: 0x0400,
} as const;

/** Protocol bits (winsmcrd.h). NFC readers offer T=1 alone. */
export const SCARD_PROTOCOL = {
  UNDEFINED: 0x0000_0000,
  /** The same number as UNDEFINED: in SET_PROTOCOL it asks for the best protocol. */
  OPTIMAL: 0x0000_0000,
  T0: 0x0000_0001,
  T1: 0x0000_0002,
  TX: 0x0000_0003,
  RAW: 0x0001_0000,
  DEFAULT: 0x8000_0000,
} as const;
export type ProtocolName = keyof typeof SCARD_PROTOCOL;

/** Protocol bits that pcsc-lite numbers otherwise, or has beside Windows' (pcsclite.h). */
export const PCSCLITE_PROTOCOL = { RAW: 0x0004, T15: 0x0008 } as const;

/** What IOCTL_SMARTCARD_POWER can ask for (winsmcrd.h). */
export const SCARD_POWER = { DOWN: 0, COLD_RESET: 1, WARM_RESET: 2 } as const;
export type PowerName = keyof typeof SCARD_POWER;

/** Bits of the attribute CHARACTERISTICS (winsmcrd.h). */
export const SCARD_READER = { SWALLOWS: 1, EJECTS: 2, CONFISCATES: 4, CONTACTLESS: 8 } as const;

/** Values of the attribute ICC_TYPE_PER_ATR (winsmcrd.h; 5–7 in the NFC attribute page of the driver documents). */
export const ICC_TYPE = {
  UNKNOWN: 0,
  ASYNC_7816: 1,
  SYNC_7816: 2,
  SYNC_7816_TYPE_1: 3,
  SYNC_7816_TYPE_2: 4,
  ISO_14443_A: 5,
  ISO_14443_B: 6,
  ISO_15693: 7,
} as const;
