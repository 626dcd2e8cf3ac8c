import {
  SmartCardError,
  type SmartCardErrorDetails,
  SmartCardOtherError,
  type SmartCardOtherErrorName,
  type SmartCardResponseCode,
} from "@cardwire/core";
import { hex32, nameIn, unsigned32 } from "./names.ts";
import { type PcscPlatform } from "./platform.ts";
import { SCARD_MEANING, scardCode, type ScardName, scardName } from "./scard.ts";

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

/** The codes that have a name of their own in the draft, beside its response codes. */
const OTHER_NAMES: Partial<Record<ScardName, SmartCardOtherErrorName>> = {
  E_INVALID_PARAMETER: "InvalidParameterError",
  E_INVALID_HANDLE: "InvalidStateError",
  E_SERVICE_STOPPED: "InvalidStateError",
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

/** The number that a platform has for a response code of the Web Smart Card API. */
export function scardFromResponseCode(responseCode: SmartCardResponseCode, platform: PcscPlatform = "windows"): number {
  return scardCode(RESPONSE_CODE_TO_SCARD[responseCode], platform);
}

/** What a code is, for {@link failure}. */
export interface FailureCode {
  readonly code: number;
  readonly symbol: string;
  readonly meaning: string;
  readonly responseCode: SmartCardResponseCode | undefined;
  /** The error's name in the draft when it has no response code. */
  readonly otherName: SmartCardOtherErrorName | undefined;
}

/** The error for a code and what is known besides. */
export function failure(
  { code, symbol, meaning, responseCode, otherName }: FailureCode,
  context: SmartCardFailureContext,
): SmartCardError | SmartCardOtherError {
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
  if (responseCode !== undefined) return new SmartCardError(responseCode, message, details);
  return new SmartCardOtherError(otherName ?? "UnknownError", message, details);
}

/**
 * The error of `@cardwire/core` for a code of the resource manager: a {@link SmartCardError} for the sixteen codes of the
 * Web Smart Card API, a {@link SmartCardOtherError} for every other. Knows no bare Win32 errors, as pcsc-lite has none.
 *
 * @param rawCode signed or unsigned 32-bit.
 * @throws FormatError INVALID_VALUE for what is no 32-bit integer.
 */
export function smartCardErrorFromScard(
  rawCode: number,
  context: SmartCardFailureContext = {},
): SmartCardError | SmartCardOtherError {
  const code = unsigned32(rawCode);
  const name = scardName(code, context.platform);
  const symbol = name === undefined ? hex32(code) : `SCARD_${name}`;
  const meaning = name === undefined ? "not a code that we know" : SCARD_MEANING[name];
  const responseCode = name === undefined ? undefined : nameIn(RESPONSE_CODE_TO_SCARD, name);
  const otherName = name === undefined ? undefined : OTHER_NAMES[name];
  return failure({ code, symbol, meaning, responseCode, otherName }, context);
}
