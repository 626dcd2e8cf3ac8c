import { FormatError, SmartCardError, SmartCardOtherError } from "@cardwire/core";
import { SCARD, scardName, smartCardErrorFromScard } from "@cardwire/ioctl";

/** What every failure of one call is told about. */
export interface Call {
  /** The call, or the command APDU's header. */
  readonly command: string;
  readonly readerName?: string;
}

/** The error for a code that pcscd answered, or that its own client library would find. */
export function callError(rv: number, call: Call): SmartCardError | SmartCardOtherError {
  return smartCardErrorFromScard(rv, { ...call, platform: "pcsclite" });
}

/** The error for a code that pcscd answered to a call on a card handle. */
export function handleError(rv: number, call: Call): SmartCardError | SmartCardOtherError {
  const error = callError(rv, call);
  if (error.rawCode !== SCARD.E_INVALID_VALUE && error.rawCode !== SCARD.E_INVALID_HANDLE) return error;
  // pcscd forgets the handles of a reader that is unplugged, and then does not know ours
  const { rawCode, symbol } = error;
  const message = `${call.command}: the reader is no longer attached [${symbol}] (reader "${call.readerName ?? ""}")`;
  return new SmartCardError("reader-unavailable", message, { rawCode, symbol, ...call });
}

function symbolOf(code: number): string {
  return `SCARD_${scardName(code, "pcsclite") ?? ""}`;
}

function noService(message: string, cause: unknown, rawCode: number = SCARD.E_NO_SERVICE): SmartCardError {
  return new SmartCardError("no-service", message, { rawCode, symbol: symbolOf(rawCode), cause });
}

/** The system's name of an error, such as ENOENT. */
function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);
}

/** The socket cannot be connected. */
export function unreachable(path: string, cause: unknown): SmartCardError {
  const code = systemCode(cause);
  switch (code) {
    case "ENOENT":
      return noService(
        `pcscd is not running: there is no socket at ${path}. Start it ("systemctl start pcscd.socket", or "pcscd" as ` +
          `root), or set PCSCLITE_CSOCK_NAME to where its socket is`,
        cause,
      );
    case "ECONNREFUSED":
      return noService(
        `pcscd is not running: nobody listens at ${path}. Start it ("systemctl restart pcscd.socket", or "pcscd" as root)`,
        cause,
      );
    case "EACCES":
    case "EPERM":
      return noService(
        `permission denied: this user may not open pcscd's socket ${path}. Run as a user who may, or let everybody in ` +
          `("chmod 666 ${path}" as root)`,
        cause,
        SCARD.W_SECURITY_VIOLATION,
      );
    default:
      return noService(`pcscd cannot be reached at ${path}: ${code}`, cause);
  }
}

/** pcscd accepts and hangs up, without a word. */
export function refused(path: string): SmartCardError {
  return noService(
    `permission denied: pcscd at ${path} hangs up at once. Its polkit rules may not allow this user the action ` +
      `org.debian.pcsc-lite.access_pcsc, or it serves as many programs as it can`,
    undefined,
    SCARD.W_SECURITY_VIOLATION,
  );
}

/** The connection ended while something was asked, or between two calls. */
export function connectionLost(during: string | undefined, cause: unknown): SmartCardError {
  const when = during === undefined ? "" : ` ${during}`;
  return noService(`pcscd closed the connection${when}: it was stopped, or has restarted`, cause);
}

/** pcscd speaks a version of its protocol that we do not. */
export function versionMismatch(asked: string, answered: string): SmartCardOtherError {
  return new SmartCardOtherError(
    "InvalidStateError",
    `pcscd speaks version ${answered} of its protocol and refuses ${asked}`,
    { rawCode: SCARD.E_SERVICE_STOPPED, symbol: symbolOf(SCARD.E_SERVICE_STOPPED) },
  );
}

/** pcscd, or whoever sits on its socket, sent something that the protocol does not know. */
export function protocolViolation(message: string, field: string, offset: number, reason: string): SmartCardOtherError {
  const cause = new FormatError("INVALID_VALUE", reason, { field, offset });
  return new SmartCardOtherError("UnknownError", `pcscd's answer to ${message} is malformed: ${cause.message}`, {
    rawCode: SCARD.F_COMM_ERROR,
    symbol: symbolOf(SCARD.F_COMM_ERROR),
    cause,
  });
}
