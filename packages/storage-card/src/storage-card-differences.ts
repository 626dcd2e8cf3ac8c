import type { RfDialogue, TransmitOutcome } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { type ApduFields, readByteFour, readIsoCase } from "./apdu-fields.ts";
import type { Differences } from "./differences.ts";
import { loadKeys, loadKeysOrStatus } from "./load-keys.ts";
import { manageSession } from "./session/manage-session.ts";
import { manageSessionNfcCx } from "./session/manage-session-nfccx.ts";
import { switchProtocol } from "./session/switch-protocol.ts";
import { switchProtocolNfcCx } from "./session/switch-protocol-nfccx.ts";
import { transparentExchange } from "./session/transparent-exchange.ts";
import { transparentExchangeNfcCx } from "./session/transparent-exchange-nfccx.ts";
import { StatusWord } from "./status-word.ts";
import { bareResponse, type StorageCommand } from "./storage-command.ts";

type Handler = (command: StorageCommand) => RfDialogue<TransmitOutcome>;

/** What a profile makes of {@link storageCardDifferences}. */
export interface StorageCardRules {
  readonly shortApdu: number;
  readonly decode: (bytes: Uint8Array) => ApduFields | number;
  readonly unknownInstruction: number;
  readonly obsoleteAuthenticate: boolean;
  readonly longestAuthenticate: number;
  readonly areaLimitsReply: boolean;
  readonly areaTooSmall: (counted: number, cardLost: boolean) => TransmitOutcome;
  readonly shortReadLe: (command: StorageCommand, size: number) => number | undefined;
  readonly longReadLe: number | undefined;
  readonly unsupportedByFrontEnd: number;
  readonly loadKeys: Handler;
  readonly volatileKeySlots: number;
  readonly manageSession: Handler;
  readonly transparentExchange: Handler;
  readonly switchProtocol: Handler;
}

/** Where the two readings of the contract part in what all storage cards share. */
export const storageCardDifferences: Differences<StorageCardRules> = {
  shortApdu: {
    documented: StatusWord.WRONG_LENGTH,
    nfccx: StatusWord.NO_INFORMATION,
    about: "An APDU of less than 5 bytes.",
    source: "PC/SC part 3 3.2.2.1 (67 00 wrong length); NFC class extension, StorageCardManager GetCommandFromAPDU",
  },
  decode: {
    documented: readIsoCase,
    nfccx: readByteFour,
    about: "Whether Lc and Le have to agree with the APDU's length, and whether extended lengths exist.",
    source: "ISO/IEC 7816-3 12.1; NFC class extension, PcscCommandApduInfo",
  },
  unknownInstruction: {
    documented: StatusWord.INSTRUCTION_NOT_SUPPORTED,
    nfccx: StatusWord.FUNCTION_NOT_SUPPORTED,
    about: "An instruction that no storage card has.",
    source: "ISO/IEC 7816-4 5.6 (6D00); NFC class extension, NfcCxSCInterfaceTransmitRequest",
  },
  obsoleteAuthenticate: {
    documented: true,
    nfccx: false,
    about: "AUTHENTICATE FF 88, the form before GENERAL AUTHENTICATE.",
    source: "PC/SC part 3 3.2.2.1.5; NFC class extension, GetCommandFromAPDU does not know it",
  },
  longestAuthenticate: {
    documented: Number.POSITIVE_INFINITY,
    nfccx: 512,
    about: "A longer GENERAL AUTHENTICATE is INVALID_PARAMETER before anything else is looked at.",
    source: "NFC class extension, COMMAND_BUFFER_SIZE in NfcCxSCInterfaceTransmitRequest",
  },
  areaLimitsReply: {
    documented: false,
    nfccx: true,
    about: "A reply of the tag longer than the caller's area counts as a failed exchange.",
    source: "NFC class extension, phLibNfc transceive: MORE_INFORMATION",
  },
  areaTooSmall: {
    documented: (_counted, cardLost) => ({
      response: new Uint8Array(0),
      status: NTSTATUS.BUFFER_TOO_SMALL,
      cardLost,
    }),
    nfccx: (counted, cardLost) => ({
      response: bareResponse(StatusWord.WRONG_LE | (counted & 0xff)),
      status: 0,
      cardLost,
    }),
    about: "Response data and SW do not fit the caller's area.",
    source:
      "IOCTL_SMARTCARD_TRANSMIT, STATUS_BUFFER_TOO_SMALL; NFC class extension, UpdateResponseCodeToResponseBuffer",
  },
  shortReadLe: {
    documented: (_command, size) => StatusWord.WRONG_LE | size,
    nfccx: ({ card }) => {
      card.shortLe = true;
      return undefined;
    },
    about:
      "READ BINARY with Le below what the card gives: 6Cxx alone, or the whole data with 6Cxx, remembered on failure.",
    source: "PC/SC part 3 3.2.2.1.8; NFC class extension, PrepareTransceiveForRead: m_IsLesserLeLc",
  },
  longReadLe: {
    documented: undefined,
    nfccx: StatusWord.END_REACHED,
    about: "READ BINARY with Le above what the card gives: sent, or refused with 6282.",
    source:
      "PC/SC part 3 3.2.2.1.8 (6282 is a warning that comes with data); NFC class extension, PrepareTransceiveForRead",
  },
  unsupportedByFrontEnd: {
    documented: StatusWord.FUNCTION_NOT_SUPPORTED,
    nfccx: StatusWord.COMMAND_INCOMPATIBLE,
    about: "The front end cannot do what the command needs.",
    source: "PC/SC part 3 3.2.2.1 (6A81 function not supported); NFC class extension: every failed exchange is 6981",
  },
  loadKeys: {
    documented: loadKeys,
    nfccx: loadKeysOrStatus,
    about: "What LOAD KEYS refuses: status words, or an NTSTATUS.",
    source: "PC/SC part 3 3.2.2.1.4; NFC class extension, NfcCxSCInterfaceLoadKeyLocked",
  },
  volatileKeySlots: {
    documented: 256,
    nfccx: 10,
    about: "How many keys fit the volatile store.",
    source: "PC/SC part 3 3.2.2.1.4 (one byte of key number); NFC class extension, StorageClassLoadKey",
  },
  manageSession: {
    documented: manageSession,
    nfccx: manageSessionNfcCx,
    about:
      "Manage Session: all objects and the error object first, or version, start and end with the error object last.",
    source: "PC/SC part 3 supplement 2; NFC class extension, HandleManageSessionCommand",
  },
  transparentExchange: {
    documented: transparentExchange,
    nfccx: transparentExchangeNfcCx,
    about: "Transparent Exchange: all objects with the bytes put on the air as they are, or transceive and timer only.",
    source: "PC/SC part 3 supplement 2; NFC class extension, HandleTransSessionCommand",
  },
  switchProtocol: {
    documented: switchProtocol,
    nfccx: switchProtocolNfcCx,
    about:
      "Switch Protocol: objects with an answer, or exactly 9 bytes of which the last two count, and a bare status word.",
    source: "PC/SC part 3 supplement 2; NFC class extension, NfcCxSCInterfaceDispatchTransmit",
  },
};
