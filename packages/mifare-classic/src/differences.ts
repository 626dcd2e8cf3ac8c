import { StorageCardName } from "@cardwire/atr";
import {
  type AfterFailure,
  type CommandDialogue,
  type Differences,
  documentedGetData,
  type GetDataRule,
  type StorageCommand,
} from "@cardwire/storage-card";
import { generalAuthenticate, generalAuthenticateNfcCx } from "./authenticate.ts";
import { incrementDecrement } from "./increment-decrement.ts";
import { incrementDecrementNfcCx } from "./increment-decrement-nfccx.ts";
import { readBlocks, readBlockNfcCx } from "./read.ts";
import { writeBlock, writeBlockNfcCx } from "./write.ts";

type Handler = (command: StorageCommand) => CommandDialogue;

/** What a profile makes of {@link mifareClassicDifferences}. */
export interface MifareClassicRules {
  readonly cardNameOfSak: (sak: number) => number;
  readonly iccType: number;
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly readBinary: Handler;
  readonly updateBinary: Handler;
  readonly generalAuthenticate: Handler;
  readonly incrementDecrement: Handler;
  readonly frameTimeoutUs: number;
}

/** The SAKs that Windows names (NFC class extension, NfcCxSCInterfaceGetAtrLocked). */
function windowsCardName(sak: number): number {
  switch (sak) {
    case 0x08:
    case 0x28:
      return StorageCardName.MIFARE_CLASSIC_1K;
    case 0x18:
    case 0x38:
      return StorageCardName.MIFARE_CLASSIC_4K;
    case 0x09:
      return StorageCardName.MIFARE_MINI;
    case 0x10:
      return StorageCardName.MIFARE_PLUS_SL2_2K;
    case 0x11:
      return StorageCardName.MIFARE_PLUS_SL2_4K;
    default:
      return StorageCardName.NO_NAME;
  }
}

/** The same, with the other SAKs that 1K and 4K cards have (MIFARE type identification procedure, AN10833 table 4). */
function cardName(sak: number): number {
  switch (sak) {
    case 0x01:
    case 0x88:
      return StorageCardName.MIFARE_CLASSIC_1K;
    case 0x98:
    case 0xb8:
      return StorageCardName.MIFARE_CLASSIC_4K;
    default:
      return windowsCardName(sak);
  }
}

/** Where the two readings of the contract part for MIFARE Classic. */
export const mifareClassicDifferences: Differences<MifareClassicRules> = {
  cardNameOfSak: {
    documented: cardName,
    nfccx: windowsCardName,
    about: "The card name in the ATR for SAK 01, 88, 98 and B8: 1K or 4K, or none.",
    source: "AN10833; NFC class extension, NfcCxSCInterfaceGetAtrLocked",
  },
  iccType: {
    documented: 5,
    nfccx: 0,
    about: "ICC_TYPE_PER_ATR of a type A storage card.",
    source: "Windows driver documentation, smart-card-attributes; NFC class extension, SCReaderIccTypePerAtr",
  },
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "whole", shortLe: "uid-6CXX", refusesSmallArea: true },
    about: "GET DATA: Le below the UID's length, and historical bytes for a card that has none.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, StorageClassMifareStd GetData",
  },
  afterFailure: {
    documented: "reselect-or-end-presence",
    nfccx: "reselect",
    about: "Whether a card that does not answer its selection after a failure is gone.",
    source:
      "MF1S50yyX 10.1 (a card that was refused is selected again); NFC class extension, NfcCxRFInterfaceTargetTransceive",
  },
  readBinary: {
    documented: readBlocks,
    nfccx: readBlockNfcCx,
    about: "READ BINARY of several blocks, a block address of two bytes, and what a NAK becomes.",
    source: "PC/SC part 3 3.2.2.1.8; NFC class extension, StorageClassMifareStd Read",
  },
  updateBinary: {
    documented: writeBlock,
    nfccx: writeBlockNfcCx,
    about: "UPDATE BINARY of block 0, wrong lengths, and whether a NAK is looked at.",
    source: "PC/SC part 3 3.2.2.1.9; NFC class extension, StorageClassMifareStd Write",
  },
  generalAuthenticate: {
    documented: generalAuthenticate,
    nfccx: generalAuthenticateNfcCx,
    about: "GENERAL AUTHENTICATE: status words, and the weight of the address's first byte.",
    source: "PC/SC part 3 3.2.2.1.6; NFC class extension, StorageClassMifareStd Authenticate",
  },
  incrementDecrement: {
    documented: incrementDecrement,
    nfccx: incrementDecrementNfcCx,
    about:
      "Increment and decrement: an error object with the number of the object that failed, or a status word alone.",
    source: "PC/SC part 3 amendment 1 3.2.2.1.10; NFC class extension, StorageClassMifareStd IncrementDecrement",
  },
  frameTimeoutUs: {
    documented: 10_000,
    nfccx: 500_000,
    about: "How long a card may take to answer.",
    source: "MF1S50yyX 12 (10 ms for write and transfer); NFC class extension, PHNCINFC_NCI_TRANSCEIVE_TIMEOUT",
  },
};
