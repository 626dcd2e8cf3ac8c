import {
  CardwireError,
  type SmartCardError,
  type SmartCardOtherError,
  type SmartCardOtherErrorName,
  type SmartCardResponseCode,
} from "@cardwire/core";
import { hex32, nameIn, unsigned32 } from "./names.ts";
import { NTSTATUS_MEANING, ntStatusName } from "./ntstatus.ts";
import { type PcscPlatform } from "./platform.ts";
import { scardName } from "./scard.ts";
import {
  failure,
  RESPONSE_CODE_TO_SCARD,
  smartCardErrorFromScard,
  type SmartCardFailureContext,
} from "./scard-error.ts";
import { scardFromNtStatus, win32Meaning } from "./status-mapping.ts";
import { type Win32Name, win32Name } from "./win32.ts";

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

const WIN32_TO_OTHER_NAME: Partial<Record<Win32Name, SmartCardOtherErrorName>> = {
  INVALID_PARAMETER: "InvalidParameterError",
  INVALID_HANDLE: "InvalidStateError",
};

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

/**
 * The error of `@cardwire/core` for a code that a resource manager returned, as {@link smartCardErrorFromScard} gives it.
 * Bare Win32 errors, which Windows hands up for what a driver refused, are understood too.
 *
 * @param rawCode signed or unsigned 32-bit.
 * @throws FormatError INVALID_VALUE for what is no 32-bit integer.
 */
export function smartCardErrorFromCode(
  rawCode: number,
  context: SmartCardFailureContext = {},
): SmartCardError | SmartCardOtherError {
  const code = unsigned32(rawCode);
  const name = scardName(code, context.platform) === undefined ? win32Name(code) : undefined;
  if (name === undefined) return smartCardErrorFromScard(code, context);
  const [responseCode, otherName] = [WIN32_TO_RESPONSE_CODE[name], WIN32_TO_OTHER_NAME[name]];
  return failure({ code, symbol: `ERROR_${name}`, meaning: win32Meaning(name), responseCode, otherName }, context);
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
