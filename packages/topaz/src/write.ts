import { equalBytes } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { exchange, exchangeNfcCx } from "./exchange.ts";
import { writeFrame } from "./frames.ts";

/** UPDATE BINARY: WRITE-E or WRITE-E8, by Lc. A tag that keeps silent, or gives back other data, did not write them. */
export function* updateBinary(command: StorageCommand): CommandDialogue {
  const frame = writeFrame(command);
  if (frame === "lc") return command.end(StatusWord.WRONG_LENGTH);
  if (frame === "address") return command.end(StatusWord.WRONG_P1P2);
  const statusWord = yield* exchange(command, frame, 1 + command.lc, StatusWord.MEMORY_FAILURE);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  if (command.received[0] !== frame[1]) return command.end(StatusWord.COMMAND_INCOMPATIBLE);
  const written = equalBytes(command.received.subarray(1), frame.subarray(2, 2 + command.lc));
  return command.end(written ? StatusWord.OK : StatusWord.MEMORY_FAILURE);
}

/** UPDATE BINARY as Windows' driver has it: what the tag gives back counts for the length, and is not looked at. */
export function* updateBinaryNfcCx(command: StorageCommand): CommandDialogue {
  const frame = writeFrame(command);
  if (frame === "lc") return command.end(0xffff);
  if (frame === "address") return command.end(StatusWord.WRONG_P1P2);
  const statusWord = yield* exchangeNfcCx(command, frame, command.card.frameTimeoutUs);
  return statusWord === StatusWord.OK
    ? command.end(StatusWord.OK, undefined, command.received.length)
    : command.end(statusWord);
}
