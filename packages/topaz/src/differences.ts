import {
  type AfterFailure,
  type CommandDialogue,
  type Differences,
  documentedGetData,
  type GetDataRule,
  type StorageCommand,
} from "@cardwire/storage-card";
import { readBinary, readBinaryNfcCx } from "./read.ts";
import { updateBinary, updateBinaryNfcCx } from "./write.ts";

type Handler = (command: StorageCommand) => CommandDialogue;

/** What a profile makes of {@link topazDifferences}. */
export interface TopazRules {
  readonly iccType: number;
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly readBinary: Handler;
  readonly updateBinary: Handler;
  readonly frameTimeoutUs: number;
}

/** Where the two readings of the contract part for Jewel and Topaz. */
export const topazDifferences: Differences<TopazRules> = {
  iccType: {
    documented: 5,
    nfccx: 0,
    about: "ICC_TYPE_PER_ATR of a storage card with type A modulation.",
    source: "Windows driver documentation, smart-card-attributes; NFC class extension, SCReaderIccTypePerAtr",
  },
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "by-le", shortLe: "uid-6CXX", refusesSmallArea: true },
    about: "GET DATA: Le below the UID's length, and historical bytes for a card that has none.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, StorageClassJewel GetData",
  },
  afterFailure: {
    documented: "reselect-or-end-presence",
    nfccx: "end-presence",
    about: "What silence means: a refusal if the tag answers RID, or that the tag is gone.",
    source: "Type 1 Tag specification 1.2 section 5 (a tag keeps silent where it refuses); NFC class extension",
  },
  readBinary: {
    documented: readBinary,
    nfccx: readBinaryNfcCx,
    about: "READ BINARY: an Le that names no command, and whether the echoed address is compared.",
    source: "Type 1 Tag specification 1.2 section 5; NFC class extension, StorageClassJewel Read",
  },
  updateBinary: {
    documented: updateBinary,
    nfccx: updateBinaryNfcCx,
    about: "UPDATE BINARY: an Lc that names no command, and whether the echoed data are compared.",
    source: "Type 1 Tag specification 1.2 section 5; NFC class extension, StorageClassJewel Write",
  },
  frameTimeoutUs: {
    documented: 10_000,
    nfccx: 500_000,
    about: "How long a tag may take to answer.",
    source:
      "Type 1 Tag specification 1.2 section 5 (5 ms for a write with erase); NFC class extension, default transceive timeout",
  },
};
