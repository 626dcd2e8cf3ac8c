/** The commands as Windows' driver has them (NFC class extension, StorageClassISO15693). */
import type { RfDialogue } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { blockRequest } from "./block-request.ts";
import { ISO15693_COMMAND as COMMAND, REQUEST_FLAG } from "./commands.ts";
import { responseStatusNfcCx } from "./status.ts";

/** The only length that the driver reads and writes. */
const BLOCK_BYTES = 4;

function* exchange(command: StorageCommand, data: Uint8Array, timeoutUs: number, limit?: number): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs }, limit);
  if (statusWord === StatusWord.OK) return responseStatusNfcCx(command);
  yield* command.recover();
  return statusWord;
}

/** READ BINARY: P1 is the low byte of the block number, P2 the high one. */
export function* readBinaryNfcCx(command: StorageCommand): CommandDialogue {
  const { card, p1, p2 } = command;
  if (command.le !== BLOCK_BYTES) return command.end(StatusWord.WRONG_LENGTH);
  const request = blockRequest(card.uid, COMMAND.READ_SINGLE_BLOCK, p1 | (p2 << 8));
  const statusWord = yield* exchange(command, request, card.frameTimeoutUs);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  // the flags are counted for the area, and taken off afterwards
  const { received } = command;
  return command.end(StatusWord.OK, received.subarray(1), received.length, StatusWord.WRONG_LE | BLOCK_BYTES);
}

/** UPDATE BINARY: the block number as in READ BINARY. */
export function* updateBinaryNfcCx(command: StorageCommand): CommandDialogue {
  const { card, p1, p2 } = command;
  if (command.lc !== BLOCK_BYTES) return command.end(StatusWord.WRONG_LENGTH);
  const data = command.copyData(0, BLOCK_BYTES);
  const request = blockRequest(card.uid, COMMAND.WRITE_SINGLE_BLOCK, p1 | (p2 << 8), data);
  const statusWord = yield* exchange(command, request, card.frameTimeoutUs);
  return statusWord === StatusWord.OK
    ? command.end(StatusWord.OK, undefined, command.received.length)
    : command.end(statusWord);
}

/** What a transceive object has room for, whatever the area of the response. */
const TRANSCEIVE_BYTES = 255;

/** A transceive object: the high data rate is forced, the response keeps its flags. */
export function* transceiveNfcCx(
  command: StorageCommand,
  data: Uint8Array<ArrayBuffer>,
  timeoutUs: number,
): RfDialogue<number> {
  data[0] = (data[0] ?? 0) | REQUEST_FLAG.HIGH_DATA_RATE;
  return yield* exchange(command, data, timeoutUs, TRANSCEIVE_BYTES);
}
