import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** What can be the matter with a reader or its USB connection. */
export type CcidReaderErrorCode =
  /** No interface of the device is a CCID reader. */
  | "NO_READER"
  /** Another program, or the system's own driver, has the reader. The message says who and what to do. */
  | "HELD_BY_OTHER"
  /** The system, or the browser, does not let this program at the device. */
  | "NOT_ALLOWED"
  /** The reader's firmware is known not to work. */
  | "FIRMWARE_REFUSED"
  /** The reader was unplugged, or its connection is lost. */
  | "GONE"
  /** The reader was closed by its user. */
  | "CLOSED"
  /** The reader did not answer in time. */
  | "TIMEOUT"
  /** A USB transfer failed: a stall, or an error of the host's. */
  | "TRANSFER_FAILED"
  /** The reader's answer is none. */
  | "MALFORMED_RESPONSE"
  /** The reader refused a command, or failed to do it: `slotError` tells why. */
  | "COMMAND_FAILED"
  /** There is no card in the slot. */
  | "NO_CARD"
  /** The card does not answer. */
  | "CARD_MUTE"
  /** What the card sends breaks its protocol, and goes on to. */
  | "CARD_PROTOCOL"
  /** Reader and card have no protocol, or no voltage, in common, or none that was asked for. */
  | "UNSUPPORTED_CARD"
  /** The command does not fit the reader. */
  | "COMMAND_TOO_LONG";

const FAULTS: Partial<Record<CcidReaderErrorCode, Fault>> = {
  HELD_BY_OTHER: "host",
  NOT_ALLOWED: "host",
  CLOSED: "caller",
  NO_CARD: "card",
  CARD_MUTE: "card",
  CARD_PROTOCOL: "card",
  UNSUPPORTED_CARD: "card",
  COMMAND_TOO_LONG: "caller",
};

/** What an error is known beyond its code. */
export interface CcidReaderErrorDetails extends CardwireErrorOptions {
  /** bError of the reader's answer. */
  readonly slotError?: number;
}

/** A failure of a reader, of its card, or of the way to them. */
export class CcidReaderError extends CardwireError {
  override readonly name = "CcidReaderError";
  readonly code: CcidReaderErrorCode;
  readonly fault: Fault;
  /** bError of the reader's answer (USB CCID 1.1, table 6.2-2); undefined where there was none. */
  readonly slotError: number | undefined;

  constructor(code: CcidReaderErrorCode, message: string, details: CcidReaderErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.fault = FAULTS[code] ?? "reader";
    this.slotError = details.slotError;
  }
}

/** True for a {@link CcidReaderError} of any copy of this package, and of this code when one is given. */
export function isCcidReaderError(value: unknown, code?: CcidReaderErrorCode): value is CcidReaderError {
  return isCardwireError(value) && value.name === "CcidReaderError" && (code === undefined || value.code === code);
}
