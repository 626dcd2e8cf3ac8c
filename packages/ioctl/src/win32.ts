import { hex32, nameIn } from "./names.ts";

/**
 * The Win32 error codes (winerror.h) that `DeviceIoControl` leaves for a reader's status, and those that reach
 * applications through SCard functions, without the prefix `ERROR_`.
 */
export const WIN32 = {
  SUCCESS: 0,
  INVALID_FUNCTION: 1,
  FILE_NOT_FOUND: 2,
  ACCESS_DENIED: 5,
  INVALID_HANDLE: 6,
  NOT_READY: 21,
  BAD_COMMAND: 22,
  GEN_FAILURE: 31,
  NOT_SUPPORTED: 50,
  BAD_NET_RESP: 58,
  UNEXP_NET_ERR: 59,
  INVALID_PARAMETER: 87,
  BROKEN_PIPE: 109,
  DISK_FULL: 112,
  SEM_TIMEOUT: 121,
  INSUFFICIENT_BUFFER: 122,
  BUSY: 170,
  ARITHMETIC_OVERFLOW: 534,
  OPERATION_ABORTED: 995,
  IO_PENDING: 997,
  NO_MEDIA_IN_DRIVE: 1112,
  IO_DEVICE: 1117,
  DEVICE_NOT_CONNECTED: 1167,
  NOT_FOUND: 1168,
  NO_SYSTEM_RESOURCES: 1450,
  DEVICE_REMOVED: 1617,
  INVALID_USER_BUFFER: 1784,
} as const;

/** An error's name without its prefix, such as "NO_MEDIA_IN_DRIVE" for ERROR_NO_MEDIA_IN_DRIVE. */
export type Win32Name = keyof typeof WIN32;
/** One of the error codes in the table. */
export type Win32Error = (typeof WIN32)[Win32Name];

/** What each error means when it comes from a smart-card reader or the resource manager. */
export const WIN32_MEANING: Readonly<Record<Win32Name, string>> = {
  SUCCESS: "done",
  INVALID_FUNCTION: "the device does not know the request",
  FILE_NOT_FOUND: "no such device",
  ACCESS_DENIED: "another handle to the reader is open",
  INVALID_HANDLE: "the handle is not valid",
  NOT_READY: "the reader is off or not ready",
  BAD_COMMAND: "not possible in the reader's present state",
  GEN_FAILURE: "the exchange with the card failed",
  NOT_SUPPORTED: "the reader does not support this",
  BAD_NET_RESP: "reading from or writing to the card failed",
  UNEXP_NET_ERR: "the link to the card broke",
  INVALID_PARAMETER: "a buffer length or a value is not allowed",
  BROKEN_PIPE: "the remote session ended",
  DISK_FULL: "the key table is full",
  SEM_TIMEOUT: "the card did not answer in time",
  INSUFFICIENT_BUFFER: "the output does not fit the buffer",
  BUSY: "a request of this kind is pending already",
  ARITHMETIC_OVERFLOW: "a length exceeds its field",
  OPERATION_ABORTED: "the request was cancelled",
  IO_PENDING: "accepted, completes later",
  NO_MEDIA_IN_DRIVE: "no card",
  IO_DEVICE: "the controller reported an I/O failure",
  DEVICE_NOT_CONNECTED: "the reader is not connected",
  NOT_FOUND: "not found",
  NO_SYSTEM_RESOURCES: "out of memory",
  DEVICE_REMOVED: "the reader was unplugged",
  INVALID_USER_BUFFER: "a buffer is larger than a DWORD can say",
};

/** The name of a Win32 error code, `undefined` for one that is not in the table. */
export function win32Name(code: number): Win32Name | undefined {
  return nameIn(WIN32, code);
}

/** A Win32 error for a log: `ERROR_BUSY (170): …`. */
export function describeWin32(code: number): string {
  const name = win32Name(code);
  return name === undefined ? hex32(code) : `ERROR_${name} (${code}): ${WIN32_MEANING[name]}`;
}
