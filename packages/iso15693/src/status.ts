import { StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { ISO15693_ERROR } from "./commands.ts";

/** Error flag of a response (ISO/IEC 15693-3 section 7.4.1). */
const ERROR_FLAG = 0x01;

/** Windows' status words for a tag's error codes (NFC class extension, StorageClassISO15693). */
function windowsStatusWord(error: number | undefined): number {
  switch (error) {
    case ISO15693_ERROR.NOT_SUPPORTED:
    case ISO15693_ERROR.OPTION_NOT_SUPPORTED:
      return StatusWord.FUNCTION_NOT_SUPPORTED;
    case ISO15693_ERROR.NOT_RECOGNISED:
      return StatusWord.COMMAND_INCOMPATIBLE;
    case ISO15693_ERROR.BLOCK_NOT_AVAILABLE:
      return 0xffa2;
    case ISO15693_ERROR.NOT_LOCKED:
      return StatusWord.MEMORY_FAILURE;
    default:
      return 0xffff;
  }
}

/** Status words of PC/SC part 3 (sections 3.2.2.1.8 and .9) for a tag's error codes. */
function pcscStatusWord(error: number | undefined): number {
  switch (error) {
    case ISO15693_ERROR.NOT_SUPPORTED:
    case ISO15693_ERROR.NOT_RECOGNISED:
    case ISO15693_ERROR.OPTION_NOT_SUPPORTED:
      return StatusWord.FUNCTION_NOT_SUPPORTED;
    case ISO15693_ERROR.BLOCK_NOT_AVAILABLE:
      return StatusWord.ADDRESS_NOT_FOUND;
    case ISO15693_ERROR.ALREADY_LOCKED:
    case ISO15693_ERROR.BLOCK_LOCKED:
      return StatusWord.COMMAND_NOT_ALLOWED;
    case ISO15693_ERROR.NOT_PROGRAMMED:
      return StatusWord.MEMORY_FAILURE;
    default:
      return StatusWord.UNKNOWN_FAILURE;
  }
}

function statusOf(command: StorageCommand, toStatusWord: (error: number | undefined) => number): number {
  const [flags, error] = command.received;
  return flags === undefined || (flags & ERROR_FLAG) === 0 ? StatusWord.OK : toStatusWord(error);
}

/** What Windows makes of the response in `command.received`: only bit 0 of the flags counts. */
export function responseStatusNfcCx(command: StorageCommand): number {
  return statusOf(command, windowsStatusWord);
}

/** What PC/SC makes of it. */
export function responseStatus(command: StorageCommand): number {
  return statusOf(command, pcscStatusWord);
}
