import { describe, hex32, nameIn } from "./names.ts";

/** The NTSTATUS values that smart-card readers give (ntstatus.h), without the prefix `STATUS_`. */
export const NTSTATUS = {
  SUCCESS: 0x0000_0000,
  PENDING: 0x0000_0103,
  DEVICE_POWERED_OFF: 0x8000_000f,
  DEVICE_BUSY: 0x8000_0011,
  UNSUCCESSFUL: 0xc000_0001,
  INVALID_HANDLE: 0xc000_0008,
  INVALID_PARAMETER: 0xc000_000d,
  INVALID_DEVICE_REQUEST: 0xc000_0010,
  ACCESS_DENIED: 0xc000_0022,
  BUFFER_TOO_SMALL: 0xc000_0023,
  OBJECT_NAME_NOT_FOUND: 0xc000_0034,
  DISK_FULL: 0xc000_007f,
  INTEGER_OVERFLOW: 0xc000_0095,
  INSUFFICIENT_RESOURCES: 0xc000_009a,
  DEVICE_NOT_CONNECTED: 0xc000_009d,
  DEVICE_NOT_READY: 0xc000_00a3,
  IO_TIMEOUT: 0xc000_00b5,
  NOT_SUPPORTED: 0xc000_00bb,
  INVALID_NETWORK_RESPONSE: 0xc000_00c3,
  CANCELLED: 0xc000_0120,
  LINK_FAILED: 0xc000_013e,
  NO_MEDIA: 0xc000_0178,
  INVALID_DEVICE_STATE: 0xc000_0184,
  IO_DEVICE_ERROR: 0xc000_0185,
  INVALID_BUFFER_SIZE: 0xc000_0206,
  NOT_FOUND: 0xc000_0225,
  DEVICE_REMOVED: 0xc000_02b6,
} as const;

/** A status's name without its prefix, such as "NO_MEDIA" for STATUS_NO_MEDIA. */
export type NtStatusName = keyof typeof NTSTATUS;
/** One of the statuses in the table. */
export type NtStatus = (typeof NTSTATUS)[NtStatusName];

/** What each status means when a smart-card reader gives it. */
export const NTSTATUS_MEANING: Readonly<Record<NtStatusName, string>> = {
  SUCCESS: "done",
  PENDING: "completes later",
  DEVICE_POWERED_OFF: "the radio is off",
  DEVICE_BUSY: "one is pending already",
  UNSUCCESSFUL: "the exchange with the card failed",
  INVALID_HANDLE: "the handle is not open",
  INVALID_PARAMETER: "a length or value is not allowed",
  INVALID_DEVICE_REQUEST: "unknown request",
  ACCESS_DENIED: "the reader is open already",
  BUFFER_TOO_SMALL: "the output does not fit the buffer",
  OBJECT_NAME_NOT_FOUND: "no device of this name",
  DISK_FULL: "the table is full",
  INTEGER_OVERFLOW: "a length is too large",
  INSUFFICIENT_RESOURCES: "out of memory",
  DEVICE_NOT_CONNECTED: "the reader is not available",
  DEVICE_NOT_READY: "the reader is not ready",
  IO_TIMEOUT: "the card did not answer in time",
  NOT_SUPPORTED: "not supported",
  INVALID_NETWORK_RESPONSE: "the exchange with the card failed",
  CANCELLED: "the request was cancelled",
  LINK_FAILED: "the link to the card broke",
  NO_MEDIA: "no card",
  INVALID_DEVICE_STATE: "not in this state",
  IO_DEVICE_ERROR: "the controller failed",
  INVALID_BUFFER_SIZE: "a buffer is too large",
  NOT_FOUND: "not found",
  DEVICE_REMOVED: "the reader was unplugged",
};

/** The name of a status, `undefined` for one that is not in the table. */
export function ntStatusName(status: number): NtStatusName | undefined {
  return nameIn(NTSTATUS, status >>> 0);
}

/** A status for a log: `STATUS_NO_MEDIA (0xC0000178): no card`. */
export function describeNtStatus(status: number): string {
  const name = ntStatusName(status);
  return describe(name && `STATUS_${name}`, hex32(status), name && NTSTATUS_MEANING[name]);
}
