import {
  type AfterFailure,
  type Differences,
  documentedGetData,
  type GetDataRule,
  StatusWord,
} from "@cardwire/storage-card";

/** What a profile makes of {@link mifareUltralightDifferences}. */
export interface MifareUltralightRules {
  readonly iccType: number;
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly reselectAfterNak: boolean;
  readonly frameTimeoutUs: number;
  readonly nakWords: Readonly<Record<number, number>>;
  readonly otherNakWord: number;
  readonly checksAnswers: boolean;
  readonly firstWritablePage: number;
  readonly shortWrite: number;
  readonly longWrite: number;
  readonly presencePage: number;
  readonly presenceInSession: boolean;
}

/** Where the two readings of the contract part for MIFARE Ultralight and NTAG. */
export const mifareUltralightDifferences: Differences<MifareUltralightRules> = {
  iccType: {
    documented: 5,
    nfccx: 0,
    about: "The attribute ICC_TYPE_PER_ATR: ISO 14443 A, or unknown.",
    source:
      "Windows smart card attributes, SCARD_ATTR_ICC_TYPE_PER_ATR; NFC class extension, NfcCxSCInterfaceGetIccTypePerAtrLocked",
  },
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "by-le", shortLe: "uid-6CXX", refusesSmallArea: true },
    about: "GET DATA: the historical bytes of the made-up ATR, and what a short Le gives.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, StorageClassMiFareUL GetDataCommand",
  },
  afterFailure: {
    documented: "reselect-or-end-presence",
    nfccx: "end-presence",
    about: "A tag that keeps silent is asked once more before it is taken for gone.",
    source: "NFC Forum Type 2 (a tag that got a wrong command sleeps); NFC class extension, LINK_FAILED in NfcCxRF",
  },
  reselectAfterNak: {
    documented: true,
    nfccx: false,
    about: "A tag that answered NAK has left the active state: whether it is selected again at once.",
    source: "NXP MF0ICU1 7.4 state diagram; NFC class extension sends nothing",
  },
  frameTimeoutUs: {
    documented: 25_000,
    nfccx: 500_000,
    about: "How long the tag may take. The longest command is a write, under 10 ms.",
    source: "NXP NTAG21x 10.2 timings; NFC class extension, PHNCINFC_NCI_TRANSCEIVE_TIMEOUT",
  },
  nakWords: {
    documented: {
      0x0: StatusWord.ADDRESS_NOT_FOUND,
      0x1: StatusWord.SECURITY_STATUS,
      0x4: StatusWord.MEMORY_FAILURE,
      0x5: StatusWord.SECURITY_STATUS,
      0x7: StatusWord.MEMORY_FAILURE,
    },
    nfccx: {
      0x0: StatusWord.ADDRESS_NOT_FOUND,
      0x1: StatusWord.SECURITY_STATUS,
      0x4: StatusWord.MEMORY_FAILURE,
      0x5: StatusWord.SECURITY_STATUS,
    },
    about: "NAK 7 is a failed write to EEPROM.",
    source: "NXP NTAG21x 9.3; NFC class extension, StorageClassMiFareUL MifareTransceive",
  },
  otherNakWord: {
    documented: StatusWord.UNKNOWN_FAILURE,
    nfccx: 0xffff,
    about: "A NAK that no document names.",
    source: "ISO/IEC 7816-4 5.6 (FFFF is no status word); NFC class extension, RESULT_ERROR",
  },
  checksAnswers: {
    documented: true,
    nfccx: false,
    about: "An answer of another length than the command's counts as a failed exchange.",
    source: "NFC Forum Type 2 (READ gives 16 bytes, WRITE gives ACK); NFC class extension passes on what came",
  },
  firstWritablePage: {
    documented: 0,
    nfccx: 1,
    about: "UPDATE BINARY to page 0.",
    source:
      "Windows storage-card requirements, page range from 00; NFC class extension, ValidateUpdateBinaryParameters",
  },
  shortWrite: {
    documented: StatusWord.WRONG_LENGTH,
    nfccx: StatusWord.WRONG_LE,
    about: "UPDATE BINARY with less than a page.",
    source: "PC/SC part 3 3.2.2.1.9; NFC class extension, RESULT_LE_LESSER",
  },
  longWrite: {
    documented: StatusWord.WRONG_LENGTH,
    nfccx: StatusWord.END_REACHED,
    about: "UPDATE BINARY with more than a page.",
    source: "PC/SC part 3 3.2.2.1.9; NFC class extension, RESULT_LE_GREATER",
  },
  presencePage: {
    documented: 0,
    nfccx: 2,
    about: "The page that is read to see whether the tag is there.",
    source: "any page will do; NFC class extension, its simulated Type 2 tag is asked with 30 02",
  },
  presenceInSession: {
    documented: false,
    nfccx: true,
    about: "Whether the tag is asked for its presence while an application has it in a transparent session.",
    source: "PC/SC part 3 supplement 2 (a frame in between would break a two-step command); NFC class extension asks",
  },
};
