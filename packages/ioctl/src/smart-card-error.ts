import {
  CardwireError,
  SmartCardError,
  type SmartCardErrorDetails,
  SmartCardOtherError,
  type SmartCardOtherErrorName,
  type SmartCardResponseCode,
} from "@cardwire/core";
import { hex32, nameIn, unsigned32 } from "./names.ts";
import { NTSTATUS_MEANING, ntStatusName } from "./ntstatus.ts";
import { type PcscPlatform } from "./platform.ts";
import { SCARD_MEANING, scardCode, type ScardName, scardName } from "./scard.ts";
import { scardFromNtStatus, win32Meaning } from "./status-mapping.ts";
import { type Win32Name, win32Name } from "./win32.ts";

/** The code behind each response code of the Web Smart Card API: the draft's table, which is a function both ways. */
export const RESPONSE_CODE_TO_SCARD: Readonly<Record<SmartCardResponseCode, ScardName>> = {
  "no-service": "E_NO_SERVICE",
  "no-smartcard": "E_NO_SMARTCARD",
  "not-ready": "E_NOT_READY",
  "not-transacted": "E_NOT_TRANSACTED",
  "proto-mismatch": "E_PROTO_MISMATCH",
  "reader-unavailable": "E_READER_UNAVAILABLE",
  "removed-card": "W_REMOVED_CARD",
  "reset-card": "W_RESET_CARD",
  "server-too-busy": "E_SERVER_TOO_BUSY",
  "sharing-violation": "E_SHARING_VIOLATION",
  "system-cancelled": "E_SYSTEM_CANCELLED",
  "unknown-reader": "E_UNKNOWN_READER",
  "unpowered-card": "W_UNPOWERED_CARD",
  "unresponsive-card": "W_UNRESPONSIVE_CARD",
  "unsupported-card": "W_UNSUPPORTED_CARD",
  "unsupported-feature": "E_UNSUPPORTED_FEATURE",
};

/** Bare Win32 errors that Windows' resource manager hands up, and what they say. Inferred: Microsoft publishes none. */
const WIN32_TO_RESPONSE_CODE: Partial<Record<Win32Name, SmartCardResponseCode>> = {
  INVALID_FUNCTION: "unsupported-feature",
  NOT_SUPPORTED: "unsupported-feature",
  NOT_READY: "not-ready",
  BUSY: "not-ready",
  UNEXP_NET_ERR: "removed-card",
  NO_MEDIA_IN_DRIVE: "removed-card",
  DEVICE_NOT_CONNECTED: "reader-unavailable",
  DEVICE_REMOVED: "reader-unavailable",
};

/** The failures that have a name of their own in the draft, beside its response codes. */
const OTHER_NAMES: Readonly<Record<string, SmartCardOtherErrorName>> = {
  E_INVALID_PARAMETER: "InvalidParameterError",
  E_INVALID_HANDLE: "InvalidStateError",
  E_SERVICE_STOPPED: "InvalidStateError",
  INVALID_PARAMETER: "InvalidParameterError",
  INVALID_HANDLE: "InvalidStateError",
};

/** What is known about a failure beyond its code. */
export interface SmartCardFailureContext {
  readonly readerName?: string;
  /** The call or command APDU that failed. */
  readonly command?: string;
  /** Whose numbers `rawCode` follows; "windows" when absent. */
  readonly platform?: PcscPlatform;
  readonly cause?: unknown;
}

/** The response code of a code of the resource manager, or of a bare Win32 error; `undefined` where the draft has none. */
export function responseCodeFromScard(
  code: number,
  platform: PcscPlatform = "windows",
): SmartCardResponseCode | undefined {
  const name = scardName(code, platform);
  if (name !== undefined) return nameIn(RESPONSE_CODE_TO_SCARD, name);
  const win32 = win32Name(code);
  return win32 === undefined ? undefined : WIN32_TO_RESPONSE_CODE[win32];
}

/** The number that a platform has for a response code of the Web Smart Card API. */
export function scardFromResponseCode(responseCode: SmartCardResponseCode, platform: PcscPlatform = "windows"): number {
  return scardCode(RESPONSE_CODE_TO_SCARD[responseCode], platform);
}

/**
 * The error of `@cardwire/core` for a code that a resource manager returned: a {@link SmartCardError} for the sixteen
 * codes of the Web Smart Card API, a {@link SmartCardOtherError} for every other. Bare Win32 errors, which Windows hands
 * up for what a driver refused, are understood too.
 *
 * @param rawCode signed or unsigned 32-bit.
 * @throws FormatError INVALID_VALUE for what is no 32-bit integer.
 */
export function smartCardErrorFromCode(
  rawCode: number,
  context: SmartCardFailureContext = {},
): SmartCardError | SmartCardOtherError {
  const { platform = "windows" } = context;
  const code = unsigned32(rawCode);
  const scard = scardName(code, platform);
  const win32 = scard === undefined ? win32Name(code) : undefined;
  let symbol = hex32(code);
  let meaning = "not a code that we know";
  if (scard !== undefined) {
    symbol = `SCARD_${scard}`;
    meaning = SCARD_MEANING[scard];
  } else if (win32 !== undefined) {
    symbol = `ERROR_${win32}`;
    meaning = win32Meaning(win32);
  }
  const details: SmartCardErrorDetails = {
    rawCode: code,
    symbol,
    ...(context.readerName === undefined ? undefined : { readerName: context.readerName }),
    ...(context.command === undefined ? undefined : { command: context.command }),
    ...(context.cause === undefined ? undefined : { cause: context.cause }),
  };
  const where = context.readerName === undefined ? "" : ` (reader "${context.readerName}")`;
  const what = context.command === undefined ? "" : `${context.command}: `;
  const message = `${what}${meaning} [${symbol}]${where}`;
  const responseCode = responseCodeFromScard(code, platform);
  if (responseCode !== undefined) return new SmartCardError(responseCode, message, details);
  return new SmartCardOtherError(OTHER_NAMES[scard ?? win32 ?? ""] ?? "UnknownError", message, details);
}

/** A status that a reader device gave, as the cause of a smart-card error. */
export class NtStatusError extends CardwireError {
  override readonly name = "NtStatusError";
  readonly code = "NTSTATUS";
  readonly fault = "reader";
  readonly status: number;
  /** The status's symbol, or its hexadecimal digits when it has none. */
  readonly symbol: string;

  constructor(status: number) {
    const name = ntStatusName(status);
    const symbol = name === undefined ? hex32(status) : `STATUS_${name}`;
    super(name === undefined ? `the device answered ${symbol}` : `${NTSTATUS_MEANING[name]} [${symbol}]`);
    this.status = status;
    this.symbol = symbol;
  }
}

/**
 * The error for a status that a reader device gave to an I/O control. Its `rawCode` is the resource manager's code
 * that the status stands for, its `cause` an {@link NtStatusError} that keeps the status itself.
 */
export function smartCardErrorFromNtStatus(
  status: number,
  context: SmartCardFailureContext = {},
): SmartCardError | SmartCardOtherError {
  return smartCardErrorFromCode(scardFromNtStatus(status, context.platform), {
    ...context,
    cause: context.cause ?? new NtStatusError(status),
  });
}
