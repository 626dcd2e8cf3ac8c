import {
  isFormatError,
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardError,
  type SmartCardOtherError,
  toHex,
} from "@cardwire/core";
import {
  PCI_BYTES,
  SCARD,
  type ScardName,
  smartCardErrorFromCode,
  smartCardErrorFromNtStatus,
  type SmartCardFailureContext,
} from "@cardwire/ioctl";

/** An error that the resource manager itself finds. */
export function scardError(
  name: ScardName,
  readerName: string,
  command: string,
  cause?: unknown,
): SmartCardError | SmartCardOtherError {
  return smartCardErrorFromCode(SCARD[name], failure(readerName, command, cause));
}

/** A status that a reader device gave. The error's cause keeps the status itself. */
export function statusError(status: number, readerName: string, command: string): SmartCardError | SmartCardOtherError {
  return smartCardErrorFromNtStatus(status, failure(readerName, command));
}

function failure(readerName: string, command: string, cause?: unknown): SmartCardFailureContext {
  return cause === undefined ? { readerName, command } : { readerName, command, cause };
}

/** What a device breaks its contract with becomes an error that callers know; their own errors stay what they are. */
export function knownError(error: unknown, readerName: string, command: string): Error {
  if (isSmartCardError(error) || isSmartCardOtherError(error)) return error;
  return scardError(isFormatError(error) ? "F_COMM_ERROR" : "E_READER_UNAVAILABLE", readerName, command, error);
}

/** The header of a command, from the input of a TRANSMIT. What follows it may be a PIN, and errors end up in logs. */
export function describeTransmit(input: Uint8Array): string {
  const length = input.length - PCI_BYTES;
  const header = toHex(input.subarray(PCI_BYTES, PCI_BYTES + 5), " ");
  return length > 5 ? `transmit ${header} … (${length} bytes)` : `transmit ${header}`;
}
