import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { CLASSIC_COMMAND } from "./commands.ts";
import { exchange, exchangeOrNak } from "./exchange.ts";
import { BLOCK_BYTES } from "./geometry.ts";

/** UPDATE BINARY (PC/SC part 3 section 3.2.2.1.9): one block of 16 bytes. */
export function* writeBlock(command: StorageCommand): CommandDialogue {
  const block = (command.p1 << 8) | command.p2;
  if (block > 0xff) return command.end(StatusWord.ADDRESS_NOT_FOUND);
  if (command.lc !== BLOCK_BYTES) return command.end(StatusWord.WRONG_LENGTH);
  for (const frame of [Uint8Array.of(CLASSIC_COMMAND.WRITE, block), command.copyData(0, BLOCK_BYTES)]) {
    let statusWord = yield* exchangeOrNak(command, frame);
    if (statusWord === StatusWord.OK && command.received.length !== 1) {
      command.failure = "framing";
      statusWord = StatusWord.COMMAND_INCOMPATIBLE;
    }
    if (statusWord !== StatusWord.OK) {
      yield* command.recover();
      return command.end(statusWord);
    }
  }
  return command.end(StatusWord.OK);
}

/** UPDATE BINARY as Windows' driver has it: block 0 refused, and what the card says to either phase not looked at. */
export function* writeBlockNfcCx(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 === 0) return command.end(StatusWord.WRONG_P1P2);
  if (command.lc < BLOCK_BYTES) return command.end(StatusWord.WRONG_LE);
  if (command.lc > BLOCK_BYTES) return command.end(StatusWord.END_REACHED);
  for (const frame of [Uint8Array.of(CLASSIC_COMMAND.WRITE, command.p2), command.copyData(0, BLOCK_BYTES)]) {
    const statusWord = yield* exchange(command, frame);
    if (statusWord !== StatusWord.OK) {
      yield* command.recover();
      return command.end(statusWord);
    }
  }
  return command.end(StatusWord.OK);
}
