/** The commands after the DDI documents, and PC/SC part 3 where those are silent. */
import { concatBytes, type RfDialogue } from "@cardwire/core";
import { type CommandDialogue, refuseReadLe, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { blockRequest } from "./block-request.ts";
import { ISO15693_COMMAND as COMMAND } from "./commands.ts";
import { responseStatus } from "./status.ts";

/** Block size until the tag has shown its own. */
const USUAL_BLOCK_BYTES = 4;

/** A tag that keeps silent and is still there refused: `refusal` says what. */
function* exchange(command: StorageCommand, data: Uint8Array, refusal: number): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs: command.card.frameTimeoutUs });
  if (statusWord === StatusWord.OK)
    return command.received.length === 0 ? StatusWord.COMMAND_INCOMPATIBLE : responseStatus(command);
  const silent = command.failure === "timeout";
  yield* command.recover();
  return silent && !command.cardLost ? refusal : statusWord;
}

/** P1 is the block number, P2 its high byte where there is one (Windows driver documentation, storage-card requirements). */
function blockOf({ p1, p2 }: StorageCommand): number {
  return p1 | (p2 << 8);
}

/**
 * READ BINARY: a block for Le 00 or its size, and the blocks after it where Le is a multiple of that, by one READ MULTIPLE
 * BLOCKS, or block by block where the tag does not have that command.
 */
export function* readBinary(command: StorageCommand): CommandDialogue {
  const { card, le } = command;
  const first = blockOf(command);
  if (le > USUAL_BLOCK_BYTES && le % USUAL_BLOCK_BYTES === 0) {
    const count = le / USUAL_BLOCK_BYTES;
    const blocks = yield* readMultiple(command, first, count);
    if (typeof blocks !== "number") return command.end(StatusWord.OK, blocks);
    if (blocks !== StatusWord.FUNCTION_NOT_SUPPORTED && blocks !== StatusWord.ADDRESS_NOT_FOUND)
      return command.end(blocks);
    return yield* readOneByOne(command, first, le);
  }
  const statusWord = yield* exchange(
    command,
    blockRequest(card.uid, COMMAND.READ_SINGLE_BLOCK, first),
    StatusWord.ADDRESS_NOT_FOUND,
  );
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  const data = command.received.subarray(1);
  const refused = refuseReadLe(command, data.length);
  if (refused !== undefined) return command.end(refused);
  return le > data.length ? command.end(StatusWord.END_REACHED, data) : command.end(StatusWord.OK, data);
}

/** The blocks' bytes, or why they did not come. */
function* readMultiple(command: StorageCommand, first: number, count: number): RfDialogue<Uint8Array | number> {
  if (count > 256) return StatusWord.FUNCTION_NOT_SUPPORTED;
  const request = blockRequest(
    command.card.uid,
    COMMAND.READ_MULTIPLE_BLOCKS,
    first,
    // the extended command counts in two bytes
    first > 0xff ? Uint8Array.of(count - 1, 0) : Uint8Array.of(count - 1),
  );
  const statusWord = yield* exchange(command, request, StatusWord.ADDRESS_NOT_FOUND);
  if (statusWord !== StatusWord.OK) return statusWord;
  const data = command.received.subarray(1);
  return data.length === count * USUAL_BLOCK_BYTES ? data : StatusWord.ADDRESS_NOT_FOUND;
}

/** Up to `length` bytes in single blocks. What was read before a block that is not there comes with 6282. */
function* readOneByOne(command: StorageCommand, first: number, length: number): CommandDialogue {
  const blocks: Uint8Array[] = [];
  let read = 0;
  for (let block = first; read < length; block++) {
    const statusWord = yield* exchange(
      command,
      blockRequest(command.card.uid, COMMAND.READ_SINGLE_BLOCK, block),
      StatusWord.ADDRESS_NOT_FOUND,
    );
    if (statusWord !== StatusWord.OK || command.received.length < 2)
      return read === 0 ? command.end(statusWord) : command.end(StatusWord.END_REACHED, concatBytes(...blocks));
    blocks.push(command.received.subarray(1));
    read += command.received.length - 1;
  }
  return command.end(StatusWord.OK, concatBytes(...blocks).subarray(0, length));
}

/** UPDATE BINARY: one block, as long as Lc says. */
export function* updateBinary(command: StorageCommand): CommandDialogue {
  const { card, lc } = command;
  if (lc === 0 || lc > 32) return command.end(StatusWord.WRONG_LENGTH);
  const request = blockRequest(card.uid, COMMAND.WRITE_SINGLE_BLOCK, blockOf(command), command.copyData(0, lc));
  return command.end(yield* exchange(command, request, StatusWord.MEMORY_FAILURE));
}
