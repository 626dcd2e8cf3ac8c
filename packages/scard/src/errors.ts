import { isSmartCardError, SmartCardError, type SmartCardOtherError } from "@cardwire/core";
import { SCARD, smartCardErrorFromCode, WIN32 } from "@cardwire/ioctl";
import { type ScardDialect } from "./scard-api.ts";

type Spoken = Pick<ScardDialect, "platform">;

/** What every failure of one call is told about. */
export interface FailedCall {
  /** The call, or the command APDU's header. */
  readonly command: string;
  readonly readerName?: string;
}

/** The error for a code that a function returned. */
export function callError(code: number, call: FailedCall, dialect: Spoken): SmartCardError | SmartCardOtherError {
  return smartCardErrorFromCode(code, { ...call, platform: dialect.platform });
}

/** The resource manager is not there, or no longer the one that gave the handle. */
const SERVICE_CODES: ReadonlySet<number> = new Set([
  SCARD.E_NO_SERVICE,
  SCARD.E_SERVICE_STOPPED,
  SCARD.E_SYSTEM_CANCELLED,
  SCARD.P_SHUTDOWN,
  // libpcsclite's when pcscd hangs up in the middle of a call
  SCARD.F_COMM_ERROR,
]);

const HANDLE_CODES: ReadonlySet<number> = new Set([SCARD.E_INVALID_HANDLE, WIN32.INVALID_HANDLE]);

/** True for a code that says of a context which was good before that its resource manager has gone. */
export function tellsLostService(code: number): boolean {
  return SERVICE_CODES.has(code) || HANDLE_CODES.has(code);
}

/** The error of a context that cannot be established. */
export function establishError(code: number, dialect: Spoken): SmartCardError | SmartCardOtherError {
  const call = { command: "establishContext" };
  if (code !== SCARD.W_SECURITY_VIOLATION || dialect.platform !== "pcsclite")
    return tellsLostService(code) ? serviceLostError(code, call, dialect) : callError(code, call, dialect);
  return new SmartCardError(
    "no-service",
    "permission denied: pcscd hangs up at once [SCARD_W_SECURITY_VIOLATION]. Its polkit rules may not allow this user " +
      "the action org.debian.pcsc-lite.access_pcsc",
    { rawCode: code, symbol: "SCARD_W_SECURITY_VIOLATION", ...call },
  );
}

/** The resource manager went away during a call, whatever its code calls that. */
export function serviceLostError(code: number, call: FailedCall, dialect: Spoken): SmartCardError {
  const error = callError(code, call, dialect);
  if (isSmartCardError(error, "no-service") || isSmartCardError(error, "system-cancelled")) return error;
  const { rawCode, symbol } = error;
  return new SmartCardError("no-service", `${call.command}: the resource manager has gone [${symbol}]`, {
    rawCode,
    symbol,
    ...call,
  });
}

/** The error for a code that a function returned for a card handle which was good before. */
export function handleError(code: number, call: FailedCall, dialect: Spoken): SmartCardError | SmartCardOtherError {
  if (SERVICE_CODES.has(code)) return serviceLostError(code, call, dialect);
  const error = callError(code, call, dialect);
  // pcsc-lite forgets the handles of a reader that is unplugged, and does not know ours any more
  if (!HANDLE_CODES.has(code) && !(dialect.platform === "pcsclite" && code === SCARD.E_INVALID_VALUE)) return error;
  const { rawCode, symbol } = error;
  const message = `${call.command}: the reader is no longer attached [${symbol}] (reader "${call.readerName ?? ""}")`;
  return new SmartCardError("reader-unavailable", message, { rawCode, symbol, ...call });
}

/** The error of a connect. Windows calls an empty reader one whose card was removed. */
export function connectError(code: number, call: FailedCall, dialect: Spoken): SmartCardError | SmartCardOtherError {
  const error = callError(code, call, dialect);
  if (code !== SCARD.W_REMOVED_CARD) return error;
  const { rawCode, symbol } = error;
  const message = `${call.command}: no card in the reader [${symbol}] (reader "${call.readerName ?? ""}")`;
  return new SmartCardError("no-smartcard", message, { rawCode, symbol, ...call });
}
