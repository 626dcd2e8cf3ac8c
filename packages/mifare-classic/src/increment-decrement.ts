import type { RfDialogue } from "@cardwire/core";
import {
  type CommandDialogue,
  type DataObject,
  ObjectError,
  readDataObject,
  runObjects,
  StatusWord,
  type StorageCommand,
} from "@cardwire/storage-card";
import { ACK, CLASSIC_COMMAND } from "./commands.ts";
import { exchangeOrNak, sendOperand } from "./exchange.ts";

const INCREMENT = 0xa0;
const DECREMENT = 0xa1;
const BLOCK_OBJECT = 0x80;
const OPERAND_OBJECT = 0x81;

/**
 * Increment / Decrement `FF C2 00 03` (PC/SC part 3 amendment 1, section 3.2.2.1.10): templates A0 (increment) and A1
 * (decrement) of a destination block, perhaps a second one that gets a copy, and a four-byte operand, least significant
 * byte first. The answer has the error object of the transparent session: which template failed, and why.
 */
export function incrementDecrement(command: StorageCommand): CommandDialogue {
  return runObjects(command, function* (template: DataObject): RfDialogue<number> {
    if (template.tag !== INCREMENT && template.tag !== DECREMENT) return StatusWord.FUNCTION_NOT_SUPPORTED;
    const blocks: number[] = [];
    let operand: Uint8Array | undefined;
    for (let index = template.start; index < template.next;) {
      const object = readDataObject(command, index, template.next, "ber");
      if (object === undefined) return StatusWord.WRONG_LENGTH;
      if (object.tag === BLOCK_OBJECT && object.length === 1 && blocks.length < 2)
        blocks.push(command.data(object.start));
      else if (object.tag === OPERAND_OBJECT && object.length === 4) operand = command.copyData(object.start, 4);
      else if (object.tag === BLOCK_OBJECT || object.tag === OPERAND_OBJECT) return StatusWord.WRONG_LENGTH;
      else return StatusWord.FUNCTION_NOT_SUPPORTED;
      index = object.next;
    }
    const [block, copyTo] = blocks;
    if (block === undefined || operand === undefined) return StatusWord.WRONG_VALUE;

    const operation = template.tag === INCREMENT ? CLASSIC_COMMAND.INCREMENT : CLASSIC_COMMAND.DECREMENT;
    const statusWord = yield* valueOperation(command, operation, block, operand, block);
    if (statusWord !== StatusWord.OK || copyTo === undefined) return statusWord;
    return yield* valueOperation(command, CLASSIC_COMMAND.RESTORE, block, new Uint8Array(4), copyTo);
  });
}

/** One operation into the transfer buffer, and the transfer to a block. */
function* valueOperation(
  command: StorageCommand,
  operation: number,
  source: number,
  operand: Uint8Array,
  destination: number,
): RfDialogue<number> {
  let statusWord = yield* acknowledged(command, Uint8Array.of(operation, source));
  if (statusWord === StatusWord.OK) statusWord = yield* sendOperand(command, operand);
  if (statusWord === StatusWord.OK)
    statusWord = yield* acknowledged(command, Uint8Array.of(CLASSIC_COMMAND.TRANSFER, destination));
  if (statusWord === StatusWord.OK) return statusWord;
  const silent = command.failure === "timeout";
  yield* command.recover();
  return silent ? ObjectError.ICC_DID_NOT_RESPOND : statusWord;
}

function* acknowledged(command: StorageCommand, frame: Uint8Array): RfDialogue<number> {
  const statusWord = yield* exchangeOrNak(command, frame);
  if (statusWord !== StatusWord.OK || command.received[0] === ACK) return statusWord;
  command.failure = "framing";
  return StatusWord.COMMAND_INCOMPATIBLE;
}
