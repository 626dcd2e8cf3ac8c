/**
 * The address of a page: sector · 256 + page. Only NTAG I2C has more than one sector.
 */
export type PageAddress = number;

/** Pages that follow one another: the first and the last address. */
export type PageRange = readonly [first: PageAddress, last: PageAddress];

/** A lock bit outside page 2: the pages that it write-protects, and the bit that freezes it. */
export interface LockBit {
  /** Counted from bit 0 of the lock page's first byte. */
  readonly bit: number;
  readonly pages: PageRange;
  readonly frozenBy: number;
}

/** The page with the lock bits for the pages behind the first sixteen. */
export interface DynamicLock {
  readonly address: PageAddress;
  /** One bit for so many pages each, from page 16 to `lastPage`; in the third byte one bit that freezes two of them. */
  readonly pagesPerBit?: number;
  readonly lastPage?: PageAddress;
  /** The bits one by one, where they follow no such order. */
  readonly bits?: readonly LockBit[];
}

/** Commands that not every product has. */
export type OptionalCommand =
  | "GET_VERSION"
  | "FAST_READ"
  | "COMPATIBILITY_WRITE"
  | "READ_COUNTER"
  | "INCREMENT_COUNTER"
  | "CHECK_TEARING_EVENT"
  | "PASSWORD_AUTHENTICATE"
  | "READ_SIGNATURE"
  | "VIRTUAL_CARD_SELECT"
  | "AUTHENTICATE_3DES"
  | "AUTHENTICATE_AES"
  | "SECTOR_SELECT"
  | "READ_TAMPER_STATUS";

/** What one product of the family is. */
export interface UltralightProduct {
  readonly name: UltralightProductName;
  /** The answer to GET_VERSION: vendor NXP, type, subtype, major, minor, size, protocol behind a first byte of 00. */
  readonly version?: readonly number[];
  /** The memory, in the order in which a dump has it. */
  readonly memory: readonly PageRange[];
  /** Where the user's data lie. The first range begins at page 4. */
  readonly user: readonly PageRange[];
  /** Byte 2 of a factory capability container: the size of the NDEF area in units of 8 bytes. */
  readonly ndefSize: number;
  /** Value of the lock control TLV that a factory tag has in front of its NDEF TLV. */
  readonly lockControl?: readonly number[];
  readonly commands: readonly OptionalCommand[];
  readonly dynamicLock?: DynamicLock;
  /** Page of CFG0. CFG1, PWD and PACK follow, AUTH0 is byte 3 of CFG0. */
  readonly configurationPage?: number;
  /** How AUTHLIM counts wrong passwords. */
  readonly passwordLimit?: "attempts" | "power-of-two";
  /** What can be mirrored into the user memory as ASCII. */
  readonly mirror?: "uid" | "uid-and-counter";
  /** Page of a 16-bit one-way counter that is written like a page. */
  readonly counterPage?: number;
  /** Numbers of the 24-bit one-way counters. */
  readonly counters?: readonly number[];
  /** Pages that no READ gives, at the end of the memory. */
  readonly hiddenFrom?: number;
  /** Bytes of the originality signature. */
  readonly signatureBytes?: number;
  /** How an unknown command is answered: the oldest Ultralight says nothing. */
  readonly unknownCommand: "nak" | "silence";
}

/** The first lock byte of Ultralight C and NTAG203 (MF0ICU2 section 7.5.3, NTAG203 section 8.5.3). */
const LOCKS_16_TO_39: readonly LockBit[] = [
  { bit: 1, pages: [16, 19], frozenBy: 0 },
  { bit: 2, pages: [20, 23], frozenBy: 0 },
  { bit: 3, pages: [24, 27], frozenBy: 0 },
  { bit: 5, pages: [28, 31], frozenBy: 4 },
  { bit: 6, pages: [32, 35], frozenBy: 4 },
  { bit: 7, pages: [36, 39], frozenBy: 4 },
];
/** The counter page, in the second lock byte. */
const LOCK_41: LockBit = { bit: 12, pages: [41, 41], frozenBy: 8 };

const EV1: readonly OptionalCommand[] = [
  "GET_VERSION",
  "FAST_READ",
  "COMPATIBILITY_WRITE",
  "READ_COUNTER",
  "INCREMENT_COUNTER",
  "CHECK_TEARING_EVENT",
  "PASSWORD_AUTHENTICATE",
  "READ_SIGNATURE",
  "VIRTUAL_CARD_SELECT",
];
const NTAG210: readonly OptionalCommand[] = [
  "GET_VERSION",
  "FAST_READ",
  "COMPATIBILITY_WRITE",
  "PASSWORD_AUTHENTICATE",
  "READ_SIGNATURE",
];
const NTAG213: readonly OptionalCommand[] = [...NTAG210, "READ_COUNTER"];
const I2C: readonly OptionalCommand[] = ["GET_VERSION", "FAST_READ", "SECTOR_SELECT"];
const I2C_PLUS: readonly OptionalCommand[] = [...I2C, "PASSWORD_AUTHENTICATE", "READ_SIGNATURE"];

const NTAG213_MEMORY = {
  memory: [[0x00, 0x2c]],
  user: [[0x04, 0x27]],
  ndefSize: 0x12,
  lockControl: [0xa0, 0x0c, 0x34],
  dynamicLock: { address: 0x28, pagesPerBit: 2, lastPage: 0x27 },
  configurationPage: 0x29,
} as const;
const NTAG216_MEMORY = {
  memory: [[0x00, 0xe6]],
  user: [[0x04, 0xe1]],
  ndefSize: 0x6d,
  dynamicLock: { address: 0xe2, pagesPerBit: 16, lastPage: 0xe1 },
  configurationPage: 0xe3,
} as const;
const NTAG21X = {
  passwordLimit: "attempts",
  mirror: "uid-and-counter",
  counters: [2],
  signatureBytes: 32,
  unknownCommand: "nak",
} as const;

export type UltralightProductName =
  | "MIFARE Ultralight"
  | "MIFARE Ultralight C"
  | "MIFARE Ultralight EV1 48"
  | "MIFARE Ultralight EV1 128"
  | "MIFARE Ultralight Nano"
  | "MIFARE Ultralight AES"
  | "NTAG203"
  | "NTAG210"
  | "NTAG212"
  | "NTAG213"
  | "NTAG213F"
  | "NTAG213TT"
  | "NTAG215"
  | "NTAG216"
  | "NTAG216F"
  | "NTAG I2C 1k"
  | "NTAG I2C 2k"
  | "NTAG I2C plus 1k"
  | "NTAG I2C plus 2k";

/** The products, as their data sheets have them. Dumps of NTAG I2C hold their ranges one behind the other, as here. */
export const ultralightProducts: Readonly<Record<UltralightProductName, UltralightProduct>> = {
  "MIFARE Ultralight": {
    name: "MIFARE Ultralight",
    memory: [[0x00, 0x0f]],
    user: [[0x04, 0x0f]],
    ndefSize: 0x06,
    commands: ["COMPATIBILITY_WRITE"],
    unknownCommand: "silence",
  },
  "MIFARE Ultralight C": {
    name: "MIFARE Ultralight C",
    memory: [[0x00, 0x2f]],
    user: [[0x04, 0x27]],
    ndefSize: 0x12,
    lockControl: [0xa0, 0x10, 0x44],
    commands: ["COMPATIBILITY_WRITE", "AUTHENTICATE_3DES"],
    dynamicLock: {
      address: 0x28,
      bits: [
        ...LOCKS_16_TO_39,
        LOCK_41,
        { bit: 13, pages: [0x2a, 0x2a], frozenBy: 9 },
        { bit: 14, pages: [0x2b, 0x2b], frozenBy: 10 },
        { bit: 15, pages: [0x2c, 0x2f], frozenBy: 11 },
      ],
    },
    counterPage: 0x29,
    hiddenFrom: 0x2c,
    unknownCommand: "nak",
  },
  "MIFARE Ultralight EV1 48": {
    name: "MIFARE Ultralight EV1 48",
    version: [0x00, 0x04, 0x03, 0x01, 0x01, 0x00, 0x0b, 0x03],
    memory: [[0x00, 0x13]],
    user: [[0x04, 0x0f]],
    ndefSize: 0x06,
    commands: EV1,
    configurationPage: 0x10,
    passwordLimit: "attempts",
    counters: [0, 1, 2],
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  "MIFARE Ultralight EV1 128": {
    name: "MIFARE Ultralight EV1 128",
    version: [0x00, 0x04, 0x03, 0x01, 0x01, 0x00, 0x0e, 0x03],
    memory: [[0x00, 0x28]],
    user: [[0x04, 0x23]],
    ndefSize: 0x10,
    commands: EV1,
    dynamicLock: { address: 0x24, pagesPerBit: 2, lastPage: 0x23 },
    configurationPage: 0x25,
    passwordLimit: "attempts",
    counters: [0, 1, 2],
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  "MIFARE Ultralight Nano": {
    name: "MIFARE Ultralight Nano",
    version: [0x00, 0x04, 0x03, 0x01, 0x02, 0x00, 0x0b, 0x03],
    memory: [[0x00, 0x0d]],
    user: [[0x04, 0x0d]],
    ndefSize: 0x05,
    commands: ["GET_VERSION", "COMPATIBILITY_WRITE", "READ_SIGNATURE"],
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  "MIFARE Ultralight AES": {
    name: "MIFARE Ultralight AES",
    version: [0x00, 0x04, 0x03, 0x01, 0x04, 0x00, 0x0f, 0x03],
    memory: [[0x00, 0x37]],
    user: [[0x04, 0x27]],
    ndefSize: 0x12,
    commands: [
      "GET_VERSION",
      "FAST_READ",
      "READ_COUNTER",
      "INCREMENT_COUNTER",
      "CHECK_TEARING_EVENT",
      "READ_SIGNATURE",
      "VIRTUAL_CARD_SELECT",
      "AUTHENTICATE_AES",
    ],
    dynamicLock: { address: 0x28, pagesPerBit: 2, lastPage: 0x27 },
    configurationPage: 0x29,
    counters: [0, 1, 2],
    hiddenFrom: 0x30,
    signatureBytes: 48,
    unknownCommand: "nak",
  },
  NTAG203: {
    name: "NTAG203",
    memory: [[0x00, 0x29]],
    user: [[0x04, 0x27]],
    ndefSize: 0x12,
    lockControl: [0xa0, 0x10, 0x44],
    commands: ["COMPATIBILITY_WRITE"],
    dynamicLock: { address: 0x28, bits: [...LOCKS_16_TO_39, LOCK_41] },
    counterPage: 0x29,
    unknownCommand: "nak",
  },
  NTAG210: {
    name: "NTAG210",
    version: [0x00, 0x04, 0x04, 0x01, 0x01, 0x00, 0x0b, 0x03],
    memory: [[0x00, 0x13]],
    user: [[0x04, 0x0f]],
    ndefSize: 0x06,
    commands: NTAG210,
    configurationPage: 0x10,
    passwordLimit: "attempts",
    mirror: "uid",
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  NTAG212: {
    name: "NTAG212",
    version: [0x00, 0x04, 0x04, 0x01, 0x01, 0x00, 0x0e, 0x03],
    memory: [[0x00, 0x28]],
    user: [[0x04, 0x23]],
    ndefSize: 0x10,
    lockControl: [0x90, 0x0a, 0x34],
    commands: NTAG210,
    dynamicLock: { address: 0x24, pagesPerBit: 2, lastPage: 0x23 },
    configurationPage: 0x25,
    passwordLimit: "attempts",
    mirror: "uid",
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  NTAG213: {
    ...NTAG21X,
    ...NTAG213_MEMORY,
    name: "NTAG213",
    version: [0x00, 0x04, 0x04, 0x02, 0x01, 0x00, 0x0f, 0x03],
    commands: NTAG213,
  },
  NTAG213F: {
    ...NTAG21X,
    ...NTAG213_MEMORY,
    name: "NTAG213F",
    version: [0x00, 0x04, 0x04, 0x04, 0x01, 0x00, 0x0f, 0x03],
    commands: NTAG213,
  },
  NTAG213TT: {
    ...NTAG21X,
    ...NTAG213_MEMORY,
    name: "NTAG213TT",
    version: [0x00, 0x04, 0x04, 0x02, 0x03, 0x00, 0x0f, 0x03],
    commands: [...NTAG213, "READ_TAMPER_STATUS"],
  },
  NTAG215: {
    ...NTAG21X,
    name: "NTAG215",
    version: [0x00, 0x04, 0x04, 0x02, 0x01, 0x00, 0x11, 0x03],
    memory: [[0x00, 0x86]],
    user: [[0x04, 0x81]],
    ndefSize: 0x3e,
    commands: NTAG213,
    dynamicLock: { address: 0x82, pagesPerBit: 16, lastPage: 0x81 },
    configurationPage: 0x83,
  },
  NTAG216: {
    ...NTAG21X,
    ...NTAG216_MEMORY,
    name: "NTAG216",
    version: [0x00, 0x04, 0x04, 0x02, 0x01, 0x00, 0x13, 0x03],
    commands: NTAG213,
  },
  NTAG216F: {
    ...NTAG21X,
    ...NTAG216_MEMORY,
    name: "NTAG216F",
    version: [0x00, 0x04, 0x04, 0x04, 0x01, 0x00, 0x13, 0x03],
    commands: NTAG213,
  },
  "NTAG I2C 1k": {
    name: "NTAG I2C 1k",
    version: [0x00, 0x04, 0x04, 0x05, 0x02, 0x00, 0x13, 0x03],
    memory: [
      [0x00, 0xe2],
      [0xe8, 0xe9],
      [0x3f8, 0x3f9],
    ],
    user: [[0x04, 0xe1]],
    ndefSize: 0x6d,
    commands: I2C,
    dynamicLock: { address: 0xe2, pagesPerBit: 16, lastPage: 0xe1 },
    unknownCommand: "nak",
  },
  "NTAG I2C 2k": {
    name: "NTAG I2C 2k",
    version: [0x00, 0x04, 0x04, 0x05, 0x02, 0x01, 0x15, 0x03],
    memory: [
      [0x00, 0xff],
      [0x100, 0x1e0],
      [0x1e8, 0x1e9],
      [0x3f8, 0x3f9],
    ],
    user: [
      [0x04, 0xff],
      [0x100, 0x1df],
    ],
    ndefSize: 0xea,
    commands: I2C,
    dynamicLock: { address: 0x1e0, pagesPerBit: 32, lastPage: 0x1df },
    unknownCommand: "nak",
  },
  "NTAG I2C plus 1k": {
    name: "NTAG I2C plus 1k",
    version: [0x00, 0x04, 0x04, 0x05, 0x02, 0x02, 0x13, 0x03],
    memory: [
      [0x00, 0xe9],
      [0xec, 0xed],
    ],
    user: [[0x04, 0xe1]],
    ndefSize: 0x6d,
    commands: I2C_PLUS,
    dynamicLock: { address: 0xe2, pagesPerBit: 16, lastPage: 0xe1 },
    configurationPage: 0xe3,
    passwordLimit: "power-of-two",
    signatureBytes: 32,
    unknownCommand: "nak",
  },
  "NTAG I2C plus 2k": {
    name: "NTAG I2C plus 2k",
    version: [0x00, 0x04, 0x04, 0x05, 0x02, 0x02, 0x15, 0x03],
    memory: [
      [0x00, 0xe9],
      [0xec, 0xed],
      [0x100, 0x1ff],
    ],
    user: [
      [0x04, 0xe1],
      [0x100, 0x1ff],
    ],
    ndefSize: 0xea,
    commands: I2C_PLUS,
    dynamicLock: { address: 0xe2, pagesPerBit: 16, lastPage: 0xe1 },
    configurationPage: 0xe3,
    passwordLimit: "power-of-two",
    signatureBytes: 32,
    unknownCommand: "nak",
  },
};
