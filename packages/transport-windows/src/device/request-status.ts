import { NTSTATUS, ntStatusName, ntStatusesFromWin32 } from "@cardwire/ioctl";

/** An NTSTATUS of severity "error" (its two highest bits): nothing was written to the caller's memory. */
export function isErrorStatus(status: number): boolean {
  return status >= 0xc000_0000;
}

/**
 * The NTSTATUS that a request ended with, of the Win32 error that tells of it and the status that the system left in the
 * OVERLAPPED. Two statuses leave ERROR_NOT_READY, and many that no reader gives share an error with one that readers do
 * give: the status itself decides as long as it fits the error. A request that is refused on the spot leaves none, but
 * only when the status is of severity "error".
 */
export function requestStatus(error: number, left: number): number {
  const possible = ntStatusesFromWin32(error);
  const isTold = left !== NTSTATUS.PENDING && left !== NTSTATUS.SUCCESS;
  if (isTold && (possible.includes(left) || ntStatusName(left) === undefined)) return left;
  return possible.find(isErrorStatus) ?? possible[0] ?? NTSTATUS.UNSUCCESSFUL;
}

const ERROR_PATH_NOT_FOUND = 3;
const ERROR_SHARING_VIOLATION = 32;

/** The NTSTATUS of an open that failed. Sharing that is refused is what a second handle meets. */
export function openStatus(error: number): number {
  if (error === ERROR_SHARING_VIOLATION) return NTSTATUS.ACCESS_DENIED;
  if (error === ERROR_PATH_NOT_FOUND) return NTSTATUS.OBJECT_NAME_NOT_FOUND;
  return requestStatus(error, NTSTATUS.PENDING);
}
