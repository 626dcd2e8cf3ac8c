import { type ReaderDialect } from "./reader-dialect.ts";

/** PC/SC part 3 as it is written. */
export const STANDARD_DIALECT: ReaderDialect = {
  name: "PC/SC part 3",
  readerNames: [],
  getData: { uid: 0x00, "historical-bytes": 0x01 },
  loadKeys: { memories: ["volatile", "non-volatile"], p2: "key-number", secured: true },
  authenticate: { obsolete: true },
  read: { unit: "within-block", ultralightLength: 16 },
  iso15693Address: "msb-first",
  value: { kind: "template" },
  session: { ins: 0xc2, le: true, defaultTimeoutUs: 302 },
  statusWords: { loadKeys: 0x69, cardFailure: "by-reason", felica: "frame" },
  desfire: "wrapped",
  cardNames: {},
};

/** Windows' NFC class extension: storage cards in the translation of microsoft/NFC-Class-Extension-Driver. */
export const WINDOWS_NFC_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "Windows NFC",
  loadKeys: { memories: ["volatile"], p2: "key-number", secured: false },
  authenticate: { obsolete: false },
  iso15693Address: "lsb-first",
  // Switch Protocol is taken in exactly nine bytes; a length byte of 80 or more is misread
  session: {
    ins: 0xc2,
    le: false,
    objects: [0x80, 0x81, 0x82, 0x95, 0x5f46, 0x8f],
    maxValueLength: 0x7f,
    defaultTimeoutUs: 500_000,
  },
  statusWords: { loadKeys: 0x69, cardFailure: "by-reason", felica: "card-status" },
};

const ACS_VALUE = {
  kind: "maker",
  insIncrement: 0xd7,
  insDecrement: 0xd7,
  opIncrement: 0x01,
  opDecrement: 0x02,
  address: "p1p2",
  operand: "msb-first",
} as const;

const ACS_STATUS_WORDS = { loadKeys: 0x63, cardFailure: "6300", felica: "frame" } as const;

/** ACS ACR122U: a PN532 with a thin firmware. */
export const ACR122U_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "ACS ACR122U",
  readerNames: ["ACR122"],
  // its answer to P1 = 01 is the whole ATS
  getData: { uid: 0x00, ats: 0x01 },
  loadKeys: { memories: ["volatile"], p2: "key-number", keyNumbers: { volatile: [0, 1] }, secured: false },
  value: ACS_VALUE,
  session: undefined,
  statusWords: ACS_STATUS_WORDS,
  desfire: "wrapped-or-native",
  cardNames: { 0xf004: "Topaz or Jewel", 0xf011: "FeliCa 212 kbit/s", 0xf012: "FeliCa 424 kbit/s" },
};

/** ACS ACR1252U, ACM1252U, ACR1255U, ACR1281 and ACR128. */
export const ACS_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "ACS ACR1252U and kin",
  readerNames: ["ACR1252", "ACM1252", "ACR1255", "ACR128"],
  loadKeys: { memories: ["volatile", "non-volatile"], p2: "key-number", secured: false },
  read: { unit: "several-blocks", ultralightLength: 16 },
  value: ACS_VALUE,
  statusWords: ACS_STATUS_WORDS,
};

// that the instructions are there is known from HID's samples; the form of their data is what its users report
const OMNIKEY_VALUE = {
  kind: "maker",
  insIncrement: 0xd4,
  insDecrement: 0xd8,
  address: "p1p2",
  operand: "lsb-first",
} as const;

/** HID OMNIKEY 5021, 5121, 5321 and 5325: keys in non-volatile memory only. */
export const OMNIKEY_5X21_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "HID OMNIKEY 5x21",
  readerNames: ["5X21", "5021", "5121", "5321", "5325"],
  loadKeys: { memories: ["non-volatile"], p2: "key-number", secured: true },
  value: OMNIKEY_VALUE,
  session: undefined,
};

/** HID OMNIKEY 5022, 5122 and 5422. */
export const OMNIKEY_5022_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "HID OMNIKEY 5022, 5122, 5422",
  readerNames: ["OMNIKEY 5022", "OMNIKEY 5122", "OMNIKEY 5422"],
  authenticate: { obsolete: false },
  value: OMNIKEY_VALUE,
};

/** HID OMNIKEY 5023 and 5x27: as the 5022, with the standard's value operations. */
export const OMNIKEY_5023_DIALECT: ReaderDialect = {
  ...OMNIKEY_5022_DIALECT,
  name: "HID OMNIKEY 5023, 5x27",
  readerNames: ["OMNIKEY 5023", "OMNIKEY 5027", "OMNIKEY 5127", "OMNIKEY 5427"],
  value: STANDARD_DIALECT.value,
};

/** Identiv CLOUD 37x0 F and 47x0 F, uTrust 3700 F, 4701 F and 5501 F. */
export const IDENTIV_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "Identiv CLOUD, uTrust",
  readerNames: ["CLOUD 37", "CLOUD 47", "UTRUST 37", "UTRUST 47", "UTRUST 55"],
  authenticate: { obsolete: false, keyNumber: 0x01 },
  read: { unit: "whole-block", ultralightLength: 4 },
};

/** SCM SCL010, SCL011 and SCL3711: P2 of LOAD KEYS is the key's type. */
export const SCM_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "SCM SCL010, SCL011, SCL3711",
  readerNames: ["SCL01", "SCL3711"],
  loadKeys: { memories: ["volatile"], p2: "key-type", secured: false },
  authenticate: { obsolete: false },
  read: { unit: "within-block", ultralightLength: 4 },
  value: undefined,
  session: undefined,
};

/** Feitian R502. */
export const FEITIAN_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "Feitian R502",
  readerNames: ["R502"],
  getData: { uid: 0x00, ats: 0x01, sak: 0x02, atqa: 0x03 },
  loadKeys: { memories: ["volatile"], p2: "key-number", secured: false },
  authenticate: { obsolete: false },
  value: {
    kind: "maker",
    insIncrement: 0xfc,
    insDecrement: 0xfc,
    opIncrement: 0xc1,
    opDecrement: 0xc0,
    address: "data",
    operand: "lsb-first",
  },
  session: undefined,
};

/** SpringCard CSB6, H663 and SpringCore. Its value operations (`FF F5`) are not written here. */
export const SPRINGCARD_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "SpringCard",
  readerNames: ["SPRINGCARD"],
  authenticate: { obsolete: false },
  value: undefined,
  session: undefined,
  cardNames: {
    0xffa0: "ISO 14443 A",
    0xffb0: "ISO 14443 B",
    0xffb1: "ASK CTS256B",
    0xffb2: "ASK CTS512B",
    0xffb7: "Inside Contactless",
    0xffb8: "Atmel",
    0xffc0: "Innovatron B'",
    0xffd0: "ISO 15693",
    0xffd1: "EM Microelectronic",
    0xffd2: "ST",
  },
};

/** Gemalto Prox-DU and Prox-SU: 160 keys, no value operations. */
export const GEMALTO_PROX_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "Gemalto Prox-DU, Prox-SU",
  readerNames: ["PROX-DU", "PROX-SU"],
  loadKeys: {
    memories: ["volatile", "non-volatile"],
    p2: "key-number",
    keyNumbers: { volatile: [80, 159], "non-volatile": [0, 79] },
    secured: true,
  },
  authenticate: { obsolete: false },
  read: { unit: "whole-block", ultralightLength: 16 },
  value: undefined,
  session: undefined,
};

/** Sony RC-S300 through PC/SC. It has no MIFARE Classic. */
export const SONY_DIALECT: ReaderDialect = {
  ...STANDARD_DIALECT,
  name: "Sony RC-S300",
  readerNames: ["RC-S300"],
  loadKeys: undefined,
  authenticate: undefined,
  value: undefined,
};

/** Sony RC-S300 through the escape command of its vendor interface: INS 50 in place of C2. */
export const SONY_VENDOR_DIALECT: ReaderDialect = {
  ...SONY_DIALECT,
  name: "Sony RC-S300, vendor interface",
  readerNames: [],
  session: { ins: 0x50, le: true, extendedExchange: true, defaultTimeoutUs: 302 },
};

/** The dialects that a reader's name tells. */
export const READER_DIALECTS: readonly ReaderDialect[] = [
  ACR122U_DIALECT,
  ACS_DIALECT,
  OMNIKEY_5022_DIALECT,
  OMNIKEY_5023_DIALECT,
  OMNIKEY_5X21_DIALECT,
  IDENTIV_DIALECT,
  SCM_DIALECT,
  FEITIAN_DIALECT,
  SPRINGCARD_DIALECT,
  GEMALTO_PROX_DIALECT,
  SONY_DIALECT,
];

/** The dialect of a reader by its PC/SC name; {@link STANDARD_DIALECT} for one that is not known. */
export function readerDialect(readerName: string): ReaderDialect {
  const name = readerName.toUpperCase();
  return READER_DIALECTS.find((dialect) => dialect.readerNames.some((part) => name.includes(part))) ?? STANDARD_DIALECT;
}
