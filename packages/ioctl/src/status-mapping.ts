import { describe, hex32, nameIn } from "./names.ts";
import { NTSTATUS, NTSTATUS_MEANING, type NtStatusName, ntStatusName } from "./ntstatus.ts";
import { type PcscPlatform } from "./platform.ts";
import { scardCode, type ScardName } from "./scard.ts";
import { WIN32, type Win32Name, win32Name } from "./win32.ts";

/**
 * Where a line of a mapping comes from. "microsoft": a header or document of Microsoft's. "wine": the table of an
 * independent implementation (ntdll's RtlNtStatusToDosError in Wine). "inferred": concluded from names, meanings and
 * reports of what applications saw, published nowhere.
 */
export type MappingSource = "microsoft" | "wine" | "inferred";

/** The source of {@link NTSTATUS_TO_WIN32}, for every line of it. */
export const NTSTATUS_TO_WIN32_SOURCE: MappingSource = "wine";
/** The source of {@link NTSTATUS_TO_SCARD}, for every line of it. */
export const NTSTATUS_TO_SCARD_SOURCE: MappingSource = "inferred";

/** The error that `GetLastError` gives after a `DeviceIoControl` that ended in a status. */
export const NTSTATUS_TO_WIN32: Readonly<Record<NtStatusName, Win32Name>> = {
  SUCCESS: "SUCCESS",
  PENDING: "IO_PENDING",
  DEVICE_POWERED_OFF: "NOT_READY",
  DEVICE_BUSY: "BUSY",
  UNSUCCESSFUL: "GEN_FAILURE",
  INVALID_HANDLE: "INVALID_HANDLE",
  INVALID_PARAMETER: "INVALID_PARAMETER",
  INVALID_DEVICE_REQUEST: "INVALID_FUNCTION",
  ACCESS_DENIED: "ACCESS_DENIED",
  BUFFER_TOO_SMALL: "INSUFFICIENT_BUFFER",
  OBJECT_NAME_NOT_FOUND: "FILE_NOT_FOUND",
  DISK_FULL: "DISK_FULL",
  INTEGER_OVERFLOW: "ARITHMETIC_OVERFLOW",
  INSUFFICIENT_RESOURCES: "NO_SYSTEM_RESOURCES",
  DEVICE_NOT_CONNECTED: "DEVICE_NOT_CONNECTED",
  DEVICE_NOT_READY: "NOT_READY",
  IO_TIMEOUT: "SEM_TIMEOUT",
  NOT_SUPPORTED: "NOT_SUPPORTED",
  INVALID_NETWORK_RESPONSE: "BAD_NET_RESP",
  CANCELLED: "OPERATION_ABORTED",
  LINK_FAILED: "UNEXP_NET_ERR",
  NO_MEDIA: "NO_MEDIA_IN_DRIVE",
  INVALID_DEVICE_STATE: "BAD_COMMAND",
  IO_DEVICE_ERROR: "IO_DEVICE",
  INVALID_BUFFER_SIZE: "INVALID_USER_BUFFER",
  NOT_FOUND: "NOT_FOUND",
  DEVICE_REMOVED: "DEVICE_REMOVED",
};

/**
 * The resource manager's code that says most nearly what a status says. Windows' own resource manager also hands the
 * Win32 error up unchanged (31 and 87 have been seen in the field), so a program must be ready for either.
 */
export const NTSTATUS_TO_SCARD: Readonly<Record<Exclude<NtStatusName, "PENDING">, ScardName>> = {
  SUCCESS: "S_SUCCESS",
  DEVICE_POWERED_OFF: "E_READER_UNAVAILABLE",
  DEVICE_BUSY: "E_NOT_READY",
  UNSUCCESSFUL: "F_COMM_ERROR",
  INVALID_HANDLE: "E_INVALID_HANDLE",
  INVALID_PARAMETER: "E_INVALID_PARAMETER",
  INVALID_DEVICE_REQUEST: "E_UNSUPPORTED_FEATURE",
  ACCESS_DENIED: "E_SHARING_VIOLATION",
  BUFFER_TOO_SMALL: "E_INSUFFICIENT_BUFFER",
  OBJECT_NAME_NOT_FOUND: "E_UNKNOWN_READER",
  DISK_FULL: "E_NO_MEMORY",
  INTEGER_OVERFLOW: "E_INVALID_PARAMETER",
  INSUFFICIENT_RESOURCES: "E_NO_MEMORY",
  DEVICE_NOT_CONNECTED: "E_READER_UNAVAILABLE",
  DEVICE_NOT_READY: "E_NOT_READY",
  IO_TIMEOUT: "E_TIMEOUT",
  NOT_SUPPORTED: "E_UNSUPPORTED_FEATURE",
  INVALID_NETWORK_RESPONSE: "F_COMM_ERROR",
  CANCELLED: "E_CANCELLED",
  // the reader restarts discovery after it: the next call finds the card removed
  LINK_FAILED: "W_REMOVED_CARD",
  // what a connection sees; a connect that finds no card says E_NO_SMARTCARD
  NO_MEDIA: "W_REMOVED_CARD",
  INVALID_DEVICE_STATE: "E_NOT_READY",
  IO_DEVICE_ERROR: "F_COMM_ERROR",
  INVALID_BUFFER_SIZE: "E_INVALID_PARAMETER",
  NOT_FOUND: "F_UNKNOWN_ERROR",
  DEVICE_REMOVED: "E_READER_UNAVAILABLE",
};

/** The Win32 error of a status; ERROR_GEN_FAILURE for one that is not in the table. */
export function win32FromNtStatus(status: number): number {
  const name = ntStatusName(status);
  return name === undefined ? WIN32.GEN_FAILURE : WIN32[NTSTATUS_TO_WIN32[name]];
}

/** What an error means when it comes from a smart-card reader: what a status means that leaves it. */
export function win32Meaning(name: Win32Name): string {
  const status = nameIn(NTSTATUS_TO_WIN32, name);
  return status === undefined ? "the remote session ended" : NTSTATUS_MEANING[status];
}

/** A Win32 error for a log: `ERROR_BUSY (170): …`. */
export function describeWin32(code: number): string {
  const name = win32Name(code);
  return name === undefined ? hex32(code) : describe(`ERROR_${name}`, String(code), win32Meaning(name));
}

/** Every status that leaves this Win32 error; two of them for ERROR_NOT_READY, none for a code not in the table. */
export function ntStatusesFromWin32(code: number): number[] {
  const wanted = win32Name(code);
  const found: number[] = [];
  for (const name in NTSTATUS_TO_WIN32)
    if (NTSTATUS_TO_WIN32[name as NtStatusName] === wanted) found.push(NTSTATUS[name as NtStatusName]);
  return found;
}

/** The one status that leaves this Win32 error, `undefined` when there are several or none. */
export function ntStatusFromWin32(code: number): number | undefined {
  const [first, ...others] = ntStatusesFromWin32(code);
  return others.length === 0 ? first : undefined;
}

/** The resource manager's code of a status ({@link NTSTATUS_TO_SCARD}); SCARD_F_UNKNOWN_ERROR for an unknown one. */
export function scardFromNtStatus(status: number, platform: PcscPlatform = "windows"): number {
  const name = ntStatusName(status);
  return scardCode(name === undefined || name === "PENDING" ? "F_UNKNOWN_ERROR" : NTSTATUS_TO_SCARD[name], platform);
}
