import { CardwireError, type Fault, isCardwireError } from "./errors.ts";

/** SmartCardResponseCode of the Web Smart Card API. */
export type SmartCardResponseCode =
  | "no-service"
  | "no-smartcard"
  | "not-ready"
  | "not-transacted"
  | "proto-mismatch"
  | "reader-unavailable"
  | "removed-card"
  | "reset-card"
  | "server-too-busy"
  | "sharing-violation"
  | "system-cancelled"
  | "unknown-reader"
  | "unpowered-card"
  | "unresponsive-card"
  | "unsupported-card"
  | "unsupported-feature";

/** What a smart-card error knows beyond its kind. */
export interface SmartCardErrorDetails {
  /** The resource manager's 32-bit code, unsigned. */
  readonly rawCode: number;
  /** The code's symbol, such as "SCARD_E_SHARING_VIOLATION", or its hexadecimal digits when it has none. */
  readonly symbol: string;
  readonly readerName?: string;
  /** The command APDU or call that failed, for the log. */
  readonly command?: string;
  readonly cause?: unknown;
}

const FAULTS: Record<SmartCardResponseCode, Fault> = {
  "no-service": "host",
  "no-smartcard": "card",
  "not-ready": "reader",
  "not-transacted": "reader",
  "proto-mismatch": "card",
  "reader-unavailable": "reader",
  "removed-card": "card",
  "reset-card": "card",
  "server-too-busy": "host",
  "sharing-violation": "host",
  "system-cancelled": "host",
  "unknown-reader": "reader",
  "unpowered-card": "card",
  "unresponsive-card": "card",
  "unsupported-card": "card",
  "unsupported-feature": "reader",
};

/** One of the sixteen failures that the Web Smart Card API names. */
export class SmartCardError extends CardwireError {
  override readonly name = "SmartCardError";
  readonly code = "SMART_CARD";
  readonly fault: Fault;
  readonly responseCode: SmartCardResponseCode;
  readonly rawCode: number;
  readonly symbol: string;
  readonly readerName: string | undefined;
  readonly command: string | undefined;

  constructor(responseCode: SmartCardResponseCode, message: string, details: SmartCardErrorDetails) {
    super(message, details);
    this.responseCode = responseCode;
    this.fault = FAULTS[responseCode];
    this.rawCode = details.rawCode;
    this.symbol = details.symbol;
    this.readerName = details.readerName;
    this.command = details.command;
  }
}

/** True for a {@link SmartCardError} of any copy of this package, and of this response code when one is given. */
export function isSmartCardError(value: unknown, responseCode?: SmartCardResponseCode): value is SmartCardError {
  return (
    isCardwireError(value) &&
    value.name === "SmartCardError" &&
    (responseCode === undefined || ("responseCode" in value && value.responseCode === responseCode))
  );
}

/** The names of the exceptions that the draft throws beside SmartCardError. */
export type SmartCardOtherErrorName = "InvalidStateError" | "UnknownError" | "InvalidParameterError";

/**
 * A failure that the draft has no response code for: a closed context or connection (InvalidStateError), a parameter
 * that the resource manager refuses (InvalidParameterError), any other code (UnknownError). The code is never lost.
 */
export class SmartCardOtherError extends CardwireError {
  override readonly name: SmartCardOtherErrorName;
  readonly code = "SMART_CARD_OTHER";
  readonly fault: Fault;
  readonly rawCode: number;
  readonly symbol: string;
  readonly readerName: string | undefined;
  readonly command: string | undefined;

  constructor(name: SmartCardOtherErrorName, message: string, details: SmartCardErrorDetails) {
    super(message, details);
    this.name = name;
    this.fault = name === "UnknownError" ? "host" : "caller";
    this.rawCode = details.rawCode;
    this.symbol = details.symbol;
    this.readerName = details.readerName;
    this.command = details.command;
  }
}

/** True for a {@link SmartCardOtherError} of any copy of this package. */
export function isSmartCardOtherError(value: unknown): value is SmartCardOtherError {
  return isCardwireError(value) && value.code === "SMART_CARD_OTHER";
}

const SCARD_E_INVALID_HANDLE = 0x8010_0003;

/**
 * The error of a call that the state of a context or connection does not allow: it is closed, or the call overlaps one
 * that the draft does not let it overlap. SCARD_E_INVALID_HANDLE is the code that the draft gives this name.
 */
export function invalidStateError(
  message: string,
  details: Pick<SmartCardErrorDetails, "readerName" | "command" | "cause"> = {},
): SmartCardOtherError {
  return new SmartCardOtherError("InvalidStateError", message, {
    ...details,
    rawCode: SCARD_E_INVALID_HANDLE,
    symbol: "SCARD_E_INVALID_HANDLE",
  });
}
