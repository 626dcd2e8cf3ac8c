import { concatBytes } from "@cardwire/core";
import { type CommandDialogue, refuseReadLe, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { CLASSIC_COMMAND } from "./commands.ts";
import { ackNakNfcCx, exchange, exchangeOrNak } from "./exchange.ts";
import { BLOCK_BYTES } from "./geometry.ts";

/**
 * READ BINARY (PC/SC part 3 section 3.2.2.1.8): the block P1 P2, and the blocks after it where Le is a multiple of 16.
 * Where a later block cannot be read, what was read comes with 6282.
 */
export function* readBlocks(command: StorageCommand): CommandDialogue {
  const { le } = command;
  const first = (command.p1 << 8) | command.p2;
  if (first > 0xff) return command.end(StatusWord.ADDRESS_NOT_FOUND);
  const refused = refuseReadLe(command, BLOCK_BYTES);
  if (refused !== undefined) return command.end(refused);
  if (le % BLOCK_BYTES !== 0) return command.end(StatusWord.WRONG_LE | ((le - (le % BLOCK_BYTES)) & 0xff));

  const count = le === 0 ? 1 : le / BLOCK_BYTES;
  const blocks: Uint8Array[] = [];
  for (let block = first; block < first + count; block++) {
    if (block > 0xff) return command.end(StatusWord.END_REACHED, concatBytes(...blocks));
    const frame = new Uint8Array(2);
    frame[0] = CLASSIC_COMMAND.READ;
    frame[1] = block;
    let statusWord = yield* exchangeOrNak(command, frame);
    if (statusWord === StatusWord.OK && command.received.length !== BLOCK_BYTES) {
      command.failure = "framing";
      statusWord = StatusWord.COMMAND_INCOMPATIBLE;
    }
    if (statusWord !== StatusWord.OK) {
      yield* command.recover();
      return blocks.length === 0
        ? command.end(statusWord)
        : command.end(StatusWord.END_REACHED, concatBytes(...blocks));
    }
    if (count === 1) return command.end(StatusWord.OK, command.received);
    blocks.push(command.received);
  }
  return command.end(StatusWord.OK, concatBytes(...blocks));
}

/** READ BINARY as Windows' driver has it: one block, and an Le below 16 ends in 6C10 whatever became of it. */
export function* readBlockNfcCx(command: StorageCommand): CommandDialogue {
  const shortLeWord = StatusWord.WRONG_LE | BLOCK_BYTES;
  if (command.p1 !== 0) return command.end(StatusWord.WRONG_P1P2, undefined, 0, shortLeWord);
  const refused = refuseReadLe(command, BLOCK_BYTES);
  if (refused !== undefined) return command.end(refused, undefined, 0, shortLeWord);

  let statusWord = yield* exchange(command, Uint8Array.of(CLASSIC_COMMAND.READ, command.p2));
  if (statusWord === StatusWord.OK) statusWord = ackNakNfcCx(command);
  else yield* command.recover();
  const data = statusWord === StatusWord.OK ? command.received : undefined;
  return command.end(statusWord, data, data?.length, shortLeWord);
}
