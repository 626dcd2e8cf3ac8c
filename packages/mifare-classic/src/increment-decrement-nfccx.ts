import type { RfDialogue } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { ACK, CLASSIC_COMMAND, OPERAND_TIMEOUT_US } from "./commands.ts";
import { ackNakNfcCx, exchange } from "./exchange.ts";

const INCREMENT = 0xa0;
const DECREMENT = 0xa1;
const BLOCK_OBJECT = 0x80;
const OPERAND_OBJECT = 0x81;

/**
 * The two frames of an increment, decrement or restore, as Windows' RF layer sends them: the first reply must begin with
 * ACK, the second must not come. A failure selects the card again.
 */
export function* twoPhaseNfcCx(
  command: StorageCommand,
  first: Uint8Array,
  second: Uint8Array,
  limit: number = command.area,
): RfDialogue<number> {
  let statusWord = yield* exchange(command, first, limit);
  if (statusWord === StatusWord.OK && command.received[0] !== ACK) {
    command.failure = "framing";
    statusWord = StatusWord.COMMAND_INCOMPATIBLE;
  }
  if (statusWord === StatusWord.OK) {
    const reply = yield { kind: "frame", data: second, timeoutUs: OPERAND_TIMEOUT_US };
    if (reply.kind === "failure" && reply.reason === "timeout") {
      command.received = new Uint8Array(0);
      return StatusWord.OK;
    }
    command.accept(reply, limit);
    command.failure ??= "framing";
    statusWord = StatusWord.COMMAND_INCOMPATIBLE;
  }
  yield* command.recover();
  return statusWord;
}

/** Transfer. Only a reply of one byte that is no ACK is a refusal. */
function* transfer(command: StorageCommand, block: number): RfDialogue<boolean> {
  const statusWord = yield* exchange(command, Uint8Array.of(CLASSIC_COMMAND.TRANSFER, block));
  if (statusWord !== StatusWord.OK) yield* command.recover();
  return statusWord === StatusWord.OK && ackNakNfcCx(command) === StatusWord.OK;
}

/**
 * Increment / Decrement as Windows' driver has it: `A0|A1 len { 80 01 dst [80 01 dst2] 81 04 operand }…`, the part in
 * braces repeated at will. It stops at the first error; what was transferred stays, and what the card said to the last
 * transfer comes with a status word that was found without asking the card again.
 */
export function* incrementDecrementNfcCx(command: StorageCommand): CommandDialogue {
  let received: Uint8Array = new Uint8Array(0);
  for (let index = 0; index < command.lc;) {
    const template = command.data(index);
    const length = command.data(index + 1);
    const end = index + 2 + length;
    if (
      (template !== INCREMENT && template !== DECREMENT) ||
      index + 2 > command.lc ||
      length === 0 ||
      end > command.lc
    )
      return command.end(StatusWord.COMMAND_INCOMPATIBLE, received);
    const operation = template === INCREMENT ? CLASSIC_COMMAND.INCREMENT : CLASSIC_COMMAND.DECREMENT;
    index += 2;
    while (index < end) {
      if (!isBlockObject(command, index, end)) return command.end(StatusWord.ADDRESS_NOT_FOUND, received);
      const block = command.data(index + 2);
      index += 3;
      let copyTo: number | undefined;
      // a second block object that is cut off is taken for a wrong operand
      if (index + 3 <= end && command.data(index) === BLOCK_OBJECT) {
        if (!isBlockObject(command, index, end)) return command.end(StatusWord.ADDRESS_NOT_FOUND, received);
        copyTo = command.data(index + 2);
        index += 3;
      }
      if (index + 6 > end || command.data(index) !== OPERAND_OBJECT || command.data(index + 1) !== 4)
        return command.end(StatusWord.COMMAND_NOT_ALLOWED, received);
      const operand = command.copyData(index + 2, 4);
      index += 6;

      if ((yield* twoPhaseNfcCx(command, Uint8Array.of(operation, block), operand)) !== StatusWord.OK)
        return command.end(StatusWord.MEMORY_FAILURE);
      if (!(yield* transfer(command, block))) return command.end(StatusWord.SECURITY_STATUS);
      received = command.received;
      if (copyTo !== undefined) {
        const restore = Uint8Array.of(CLASSIC_COMMAND.RESTORE, block);
        if ((yield* twoPhaseNfcCx(command, restore, new Uint8Array(4))) !== StatusWord.OK)
          return command.end(StatusWord.MEMORY_FAILURE);
        if (!(yield* transfer(command, copyTo))) return command.end(StatusWord.SECURITY_STATUS);
        received = command.received;
      }
    }
  }
  return command.end(StatusWord.OK, received);
}

function isBlockObject(command: StorageCommand, index: number, end: number): boolean {
  return index + 3 <= end && command.data(index) === BLOCK_OBJECT && command.data(index + 1) === 1;
}
