import type { RfDialogue, TransmitOutcome } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import type { Differences } from "@cardwire/storage-card";
import { type ActivatedTarget, atrOf, atrOfNfcCx } from "./identity.ts";
import type { IsoDepLink } from "./link.ts";

/** What a profile makes of {@link isoDepDifferences}. */
export interface IsoDepRules {
  readonly atr: (target: ActivatedTarget) => Uint8Array;
  readonly getData: "reader" | "card";
  readonly noAnswerStatus: number;
  readonly afterNoAnswer: "reselect-or-end-presence" | "end-presence";
  readonly longResponse: (response: Uint8Array, area: number) => TransmitOutcome;
  readonly presence: (link: IsoDepLink) => RfDialogue<boolean>;
  readonly apduTimeoutUs: number;
}

/** Where the two readings of the contract part for ISO-DEP cards. */
export const isoDepDifferences: Differences<IsoDepRules> = {
  atr: {
    documented: atrOf,
    nfccx: atrOfNfcCx,
    about: "Answer to reset: historical bytes of an ATS without TA, TB or TC, and MBLI of type B.",
    source: "PC/SC part 3 3.1.3.2.3.1; NFC class extension, NfcCxSCInterfaceGetAtrLocked",
  },
  getData: {
    documented: "reader",
    nfccx: "card",
    about: "GET DATA (FF CA): answered by the reader, or handed to the card.",
    source: "Windows driver documentation, storage-card requirements (UID, PUPI, ATTRIB); NFC class extension, NfcCxSC",
  },
  noAnswerStatus: {
    documented: NTSTATUS.IO_TIMEOUT,
    nfccx: NTSTATUS.LINK_FAILED,
    about: "The card does not answer, or nothing that it says comes through.",
    source: "IOCTL_SMARTCARD_TRANSMIT, STATUS_IO_TIMEOUT; NFC class extension, phOsalNfc: RF_ERROR is LINK_FAILED",
  },
  afterNoAnswer: {
    documented: "reselect-or-end-presence",
    nfccx: "end-presence",
    about: "What becomes of that card: selected anew if it is still there, or taken for gone.",
    source: "IOCTL_SMARTCARD_IS_ABSENT (the card is not present); NFC class extension, TargetTransceiveSeqComplete",
  },
  longResponse: {
    documented: () => ({ response: new Uint8Array(0), status: NTSTATUS.BUFFER_TOO_SMALL, cardLost: false }),
    nfccx: (response, area) => ({ response: response.slice(0, area), status: NTSTATUS.SUCCESS, cardLost: false }),
    about: "A response longer than the caller's area.",
    source: "IOCTL_SMARTCARD_TRANSMIT, STATUS_BUFFER_TOO_SMALL; NFC class extension, phNciNfc_RFReader4A",
  },
  presence: {
    documented: (link) => link.checkPresence(),
    *nfccx(link): RfDialogue<boolean> {
      return (yield* link.transceive(new Uint8Array(0))).kind === "response";
    },
    about: "How a card is asked whether it is there: R(NAK), or an empty I-block.",
    source:
      "ISO/IEC 14443-4 annex on presence detection (methods 1 and 2); Windows driver documentation, tag sequences",
  },
  apduTimeoutUs: {
    documented: 60_000_000,
    nfccx: 1_500_000,
    about: "How long a front end that runs ISO-DEP itself may take over an APDU, waiting time extensions included.",
    source: "ISO/IEC 14443-4 7.3 (no limit to extensions); NFC class extension, DEFAULT_14443_4_TRANSCEIVE_TIMEOUT",
  },
};
