import { nameIn } from "./names.ts";

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

/** The name of a Win32 error code, `undefined` for one that is not in the table. */
export function win32Name(code: number): Win32Name | undefined {
  return nameIn(WIN32, code);
}
