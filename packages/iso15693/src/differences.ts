import {
  type AfterFailure,
  type CommandDialogue,
  type Differences,
  documentedGetData,
  type GetDataRule,
  type StorageCommand,
} from "@cardwire/storage-card";
import { blockRequest } from "./block-request.ts";
import { ISO15693_COMMAND, REQUEST_FLAG } from "./commands.ts";
import { readBinary, updateBinary } from "./documented.ts";
import { readBinaryNfcCx, updateBinaryNfcCx } from "./nfccx.ts";

type Handler = (command: StorageCommand) => CommandDialogue;

/** What a profile makes of {@link iso15693Differences}. */
export interface Iso15693Rules {
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly readBinary: Handler;
  readonly updateBinary: Handler;
  readonly frameTimeoutUs: number;
  readonly presenceRequest: (uid: Uint8Array) => Uint8Array;
}

/** Where the two readings of the contract part for ISO/IEC 15693. */
export const iso15693Differences: Differences<Iso15693Rules> = {
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "refused", shortLe: "uid-6CXX", refusesSmallArea: true },
    about: "GET DATA with Le below the UID's length.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, StorageClassISO15693 GetData",
  },
  afterFailure: {
    documented: "reselect-or-end-presence",
    nfccx: "end-presence",
    about: "What silence means: a refusal if the tag answers an inventory, or that the tag is gone.",
    source: "ISO/IEC 15693-3 7.5 (a tag may keep silent on an error); NFC class extension",
  },
  readBinary: {
    documented: readBinary,
    nfccx: readBinaryNfcCx,
    about: "READ BINARY of another length than 4, of several blocks, and what the tag's errors become.",
    source: "PC/SC part 3 3.2.2.1.8; NFC class extension, StorageClassISO15693 Read",
  },
  updateBinary: {
    documented: updateBinary,
    nfccx: updateBinaryNfcCx,
    about: "UPDATE BINARY of another length than 4, and what the tag's errors become.",
    source: "PC/SC part 3 3.2.2.1.9; NFC class extension, StorageClassISO15693 Write",
  },
  frameTimeoutUs: {
    documented: 25_000,
    nfccx: 500_000,
    about: "How long a tag may take to answer.",
    source: "ISO/IEC 15693-3 9.3 (20 ms for a write); NFC class extension, default transceive timeout",
  },
  presenceRequest: {
    documented: (uid) => blockRequest(uid, ISO15693_COMMAND.READ_SINGLE_BLOCK, 0),
    nfccx: () => Uint8Array.of(REQUEST_FLAG.HIGH_DATA_RATE, ISO15693_COMMAND.READ_SINGLE_BLOCK, 0),
    about: "Whether a tag of ST's large memories is asked with the protocol extension whether it is there.",
    source: "M24LR64-R data sheet, section 20; NFC class extension, the presence check of its Type 5 tests",
  },
};
