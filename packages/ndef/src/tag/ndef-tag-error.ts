import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a tag's NDEF was not read or changed. */
export type NdefTagErrorCode =
  /** It holds no NDEF: `format()` prepares it. */
  | "NOT_FORMATTED"
  /** It says that nobody may write it. */
  | "READ_ONLY"
  /** A password, a key or something of the maker's own stands before its NDEF. */
  | "PROTECTED"
  /** The message is longer than what fits. Nothing was written. */
  | "TOO_SMALL"
  /** It cannot be prepared for NDEF. */
  | "NOT_FORMATTABLE"
  /** It cannot be made read-only, or this reader cannot do it. */
  | "NOT_LOCKABLE"
  /** What was read back is not what was written. */
  | "NOT_WRITTEN";

/** What an {@link NdefTagError} tells beside its code. */
export interface NdefTagErrorDetails extends CardwireErrorOptions {
  /** Of TOO_SMALL: length of the message. */
  readonly messageBytes?: number;
  /** Of TOO_SMALL: the longest message that fits. */
  readonly capacityBytes?: number;
}

const FAULTS: Readonly<Record<NdefTagErrorCode, Fault>> = {
  NOT_FORMATTED: "card",
  READ_ONLY: "card",
  PROTECTED: "caller",
  TOO_SMALL: "caller",
  NOT_FORMATTABLE: "card",
  NOT_LOCKABLE: "card",
  NOT_WRITTEN: "card",
};

/** A tag's NDEF could not be read or changed, for a reason that all kinds of tags share. */
export class NdefTagError extends CardwireError {
  override readonly name = "NdefTagError";
  readonly code: NdefTagErrorCode;
  readonly fault: Fault;
  readonly messageBytes: number | undefined;
  readonly capacityBytes: number | undefined;

  constructor(code: NdefTagErrorCode, message: string, details: NdefTagErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.fault = FAULTS[code];
    this.messageBytes = details.messageBytes;
    this.capacityBytes = details.capacityBytes;
  }
}

/** True for an {@link NdefTagError} of any copy of this package, and of this code when one is given. */
export function isNdefTagError(value: unknown, code?: NdefTagErrorCode): value is NdefTagError {
  return isCardwireError(value) && value.name === "NdefTagError" && (code === undefined || value.code === code);
}
