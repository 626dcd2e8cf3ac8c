import { isFormatError, isUsageError } from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { isCcidReaderError, type CcidReaderErrorCode } from "../reader/reader-error.ts";
import { SLOT_ERROR } from "../messages/slot-error.ts";

const STATUS: Readonly<Record<CcidReaderErrorCode, number>> = {
  NO_READER: NTSTATUS.DEVICE_REMOVED,
  HELD_BY_OTHER: NTSTATUS.ACCESS_DENIED,
  NOT_ALLOWED: NTSTATUS.ACCESS_DENIED,
  FIRMWARE_REFUSED: NTSTATUS.NOT_SUPPORTED,
  GONE: NTSTATUS.DEVICE_REMOVED,
  CLOSED: NTSTATUS.CANCELLED,
  TIMEOUT: NTSTATUS.IO_TIMEOUT,
  TRANSFER_FAILED: NTSTATUS.IO_DEVICE_ERROR,
  MALFORMED_RESPONSE: NTSTATUS.IO_DEVICE_ERROR,
  COMMAND_FAILED: NTSTATUS.UNSUCCESSFUL,
  NO_CARD: NTSTATUS.NO_MEDIA,
  CARD_MUTE: NTSTATUS.IO_TIMEOUT,
  CARD_PROTOCOL: NTSTATUS.INVALID_NETWORK_RESPONSE,
  UNSUPPORTED_CARD: NTSTATUS.NOT_SUPPORTED,
  COMMAND_TOO_LONG: NTSTATUS.INVALID_PARAMETER,
};

/** The status that says most nearly what an error says. */
export function statusOf(error: unknown): number {
  if (isCcidReaderError(error))
    return error.slotError === SLOT_ERROR.CMD_NOT_SUPPORTED ? NTSTATUS.NOT_SUPPORTED : STATUS[error.code];
  if (isFormatError(error) || isUsageError(error)) return NTSTATUS.INVALID_PARAMETER;
  // a card that breaks T=0, T=1 or the rules of its status words
  return NTSTATUS.INVALID_NETWORK_RESPONSE;
}
