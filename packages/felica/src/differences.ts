import {
  type AfterFailure,
  type CommandDialogue,
  type Differences,
  documentedGetData,
  type GetDataRule,
  type StorageCommand,
} from "@cardwire/storage-card";
import { readBinary, updateBinary } from "./documented.ts";
import { readBinaryNfcCx, updateBinaryNfcCx } from "./nfccx.ts";

type Handler = (command: StorageCommand) => CommandDialogue;

/** What a profile makes of {@link felicaDifferences}. */
export interface FelicaRules {
  readonly getData: GetDataRule;
  readonly afterFailure: AfterFailure;
  readonly readBinary: Handler;
  readonly updateBinary: Handler;
  readonly frameTimeoutUs: number;
}

/** Where the two readings of the contract part for FeliCa. */
export const felicaDifferences: Differences<FelicaRules> = {
  getData: {
    documented: documentedGetData,
    nfccx: { historicalBytes: "refused", shortLe: "uid-6C00", refusesSmallArea: true },
    about: "GET DATA with Le below the length of the IDm.",
    source: "PC/SC part 3 3.2.2.1.3; NFC class extension, StorageClassFelica GetData",
  },
  afterFailure: {
    documented: "reselect-or-end-presence",
    nfccx: "end-presence",
    about: "What silence means: a refusal if the card answers a poll, or that the card is gone.",
    source: "FeliCa card user's manual 4.4 (a card keeps silent on a damaged command); NFC class extension",
  },
  readBinary: {
    documented: readBinary,
    nfccx: readBinaryNfcCx,
    about: "READ BINARY of several services or more than four blocks, and what of the answer is checked.",
    source: "FeliCa card user's manual 4.4.5; NFC class extension, StorageClassFelica Read",
  },
  updateBinary: {
    documented: updateBinary,
    nfccx: updateBinaryNfcCx,
    about: "UPDATE BINARY of several blocks, elements with an access mode, and what of the answer is checked.",
    source: "FeliCa card user's manual 4.4.6; NFC class extension, StorageClassFelica Write",
  },
  frameTimeoutUs: {
    documented: 5_000,
    nfccx: 500_000,
    about: "How long a card may take, beyond what its PMm says.",
    source: "JIS X 6319-4 4.4.2; NFC class extension, default transceive timeout",
  },
};
