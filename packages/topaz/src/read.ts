import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { TYPE1_COMMAND } from "./commands.ts";
import { exchange, exchangeNfcCx } from "./exchange.ts";
import { readFrame } from "./frames.ts";

/** Bytes that come back for each command, the echoed address of one byte included where there is one. */
const REPLY_BYTES: Readonly<Record<number, number>> = {
  [TYPE1_COMMAND.RID]: 6,
  [TYPE1_COMMAND.RALL]: 122,
  [TYPE1_COMMAND.READ]: 2,
  [TYPE1_COMMAND.READ8]: 9,
  [TYPE1_COMMAND.RSEG]: 129,
};

/** READ BINARY: RID, RALL, READ, READ8 or RSEG, by Le. A tag that keeps silent does not have what was asked for. */
export function* readBinary(command: StorageCommand): CommandDialogue {
  const frame = readFrame(command);
  if (frame === "le") return command.end(StatusWord.WRONG_LENGTH);
  if (frame === "address") return command.end(StatusWord.WRONG_P1P2);
  const length = REPLY_BYTES[frame[0] ?? 0] ?? 0;
  const statusWord = yield* exchange(command, frame, length, StatusWord.ADDRESS_NOT_FOUND);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  if (length === REPLY_BYTES[TYPE1_COMMAND.RID] || length === REPLY_BYTES[TYPE1_COMMAND.RALL])
    return command.end(StatusWord.OK, command.received);
  return command.received[0] === frame[1]
    ? command.end(StatusWord.OK, command.received.subarray(1))
    : command.end(StatusWord.COMMAND_INCOMPATIBLE);
}

/** READ BINARY as Windows' driver has it. */
export function* readBinaryNfcCx(command: StorageCommand): CommandDialogue {
  const frame = readFrame(command);
  if (frame === "le") return command.end(0xffff);
  if (frame === "address") return command.end(StatusWord.WRONG_P1P2);
  const statusWord = yield* exchangeNfcCx(command, frame, command.card.frameTimeoutUs);
  return statusWord === StatusWord.OK ? command.end(StatusWord.OK, command.received) : command.end(statusWord);
}
