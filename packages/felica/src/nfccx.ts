/** The commands as Windows' driver has them (NFC class extension, StorageClassFelica). */
import type { RfDialogue } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { FELICA_COMMAND, felicaFrame } from "./commands.ts";

const WRONG_SERVICE_COUNT = 0xffa1;
const WRONG_BLOCK_COUNT = 0xffa2;
const WRONG_BLOCK_LIST = 0x01a1;
const WRONG_SIZE = 0x01a9;

/** Offsets into a response: status flags, then the number of blocks, then the blocks. */
const STATUS_FLAG_1 = 10;
const BLOCKS = 13;

/** The only lengths of command data that the driver takes. */
const SHORTEST_READ = 0x06;
const LONGEST_READ = 0x12;
const SHORTEST_WRITE = 0x16;

/**
 * Sends a frame and keeps what fits the area: the driver cuts a longer answer, and takes less than two bytes for none.
 *
 * @param limit how many bytes are kept.
 */
function* exchange(command: StorageCommand, data: Uint8Array, timeoutUs: number, limit: number): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs }, Number.POSITIVE_INFINITY);
  if (statusWord !== StatusWord.OK) {
    yield* command.recover();
    return statusWord;
  }
  if (command.received.length > limit) command.received = command.received.subarray(0, limit);
  return command.received.length < 2 ? StatusWord.COMMAND_INCOMPATIBLE : StatusWord.OK;
}

/** Ends a command with the card's status flags as its status word. An answer too short for them counts as good. */
function* finish(command: StorageCommand, frame: Uint8Array): CommandDialogue {
  const statusWord = yield* exchange(command, frame, command.card.frameTimeoutUs, command.area);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  const { received } = command;
  if (received.length < STATUS_FLAG_1 + 2) return command.end(StatusWord.OK);
  const flags = ((received[STATUS_FLAG_1] ?? 0) << 8) | (received[STATUS_FLAG_1 + 1] ?? 0);
  return command.end(flags === 0 ? StatusWord.OK : flags, received.subarray(BLOCKS));
}

/** READ BINARY: `01 service 2 blocks 1…4 list`. */
export function* readBinaryNfcCx(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  if (command.lc < SHORTEST_READ || command.lc > LONGEST_READ) return command.end(StatusWord.WRONG_LENGTH);
  if (command.data(0) !== 1) return command.end(WRONG_SERVICE_COUNT);
  const blocks = command.data(3);
  if (blocks < 1 || blocks > 4) return command.end(WRONG_BLOCK_COUNT);
  const data = command.copyData(0, command.lc);
  return yield* finish(command, felicaFrame(FELICA_COMMAND.READ_WITHOUT_ENCRYPTION, command.card.uid, data));
}

/** UPDATE BINARY: `01 service 2 01 element data 16`. */
export function* updateBinaryNfcCx(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  if (command.lc < SHORTEST_WRITE) return command.end(StatusWord.WRONG_LENGTH);
  if (command.data(0) !== 1) return command.end(WRONG_SERVICE_COUNT);
  if (command.data(3) !== 1) return command.end(WRONG_BLOCK_COUNT);
  const element = command.data(4);
  if (element !== 0x80 && element !== 0x00) return command.end(WRONG_BLOCK_LIST);
  if (command.lc !== 4 + (element === 0x80 ? 2 : 3) + 16) return command.end(WRONG_SIZE);
  const data = command.copyData(0, command.lc);
  const frame = felicaFrame(FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION, command.card.uid, data);
  const statusWord = yield* exchange(command, frame, command.card.frameTimeoutUs, command.area);
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  const { received } = command;
  const flags =
    received.length < STATUS_FLAG_1 + 2
      ? 0
      : ((received[STATUS_FLAG_1] ?? 0) << 8) | (received[STATUS_FLAG_1 + 1] ?? 0);
  return command.end(flags === 0 ? StatusWord.OK : flags);
}

/** How much of an answer a transceive object keeps. */
const TRANSCEIVE_BYTES = 255;

/** A transceive object: a whole frame, length byte included, both ways. */
export function* transceiveNfcCx(
  command: StorageCommand,
  data: Uint8Array<ArrayBuffer>,
  timeoutUs: number,
): RfDialogue<number> {
  const length = data[0] ?? 0;
  if (length === 0 || length === 0xff) return StatusWord.COMMAND_INCOMPATIBLE;
  return yield* exchange(command, data, timeoutUs, TRANSCEIVE_BYTES);
}
