import type { RfDialogue } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, SessionTag } from "./data-objects.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { type ObjectStep, runObjectsNfcCx } from "./run-objects-nfccx.ts";

/** The longest time that the driver's RF layer takes, and what 0 stands for. */
const LONGEST_TIMEOUT_MS = 5000;
const DEFAULT_TIMEOUT_US = 500_000;

/**
 * The driver's timer value in milliseconds: it reads the four bytes in front of the timer object instead of its value,
 * and keeps 16 bits. In front of the first object stand INS, P1, P2 and Lc.
 */
function timerMs(command: StorageCommand, index: number): number {
  let microseconds = 0;
  for (let byte = 0; byte < 4; byte++) microseconds += command.data(index - 4 + byte) * 2 ** (8 * byte);
  return Math.floor(microseconds / 1000) & 0xffff;
}

/** Transparent Exchange `FF C2 00 01` as Windows' driver has it: transceive and timer, in the family's own way. */
export function transparentExchangeNfcCx(command: StorageCommand): CommandDialogue {
  let timeoutMs = 0;

  const step: ObjectStep = function* (
    _command,
    object: DataObject,
    index: number,
    answer: ObjectWriter,
  ): RfDialogue<number> {
    switch (object.tag) {
      case SessionTag.TRANSCEIVE: {
        if (!command.card.session.open) return StatusWord.COMMAND_NOT_ALLOWED;
        if (object.length === 0 || timeoutMs > LONGEST_TIMEOUT_MS) return StatusWord.COMMAND_INCOMPATIBLE;
        const statusWord = yield* command.card.commands.transceive(
          command,
          command.copyData(object.start, object.length),
          timeoutMs === 0 ? DEFAULT_TIMEOUT_US : timeoutMs * 1000,
        );
        if (statusWord !== StatusWord.OK) return statusWord;
        return answer.append(SessionTag.RESPONSE, command.received) ? StatusWord.OK : StatusWord.WRONG_LENGTH;
      }
      case SessionTag.TIMER:
        if (object.length !== 4) return StatusWord.NO_INFORMATION;
        timeoutMs = timerMs(command, index);
        return StatusWord.OK;
      default:
        return StatusWord.FUNCTION_NOT_SUPPORTED;
    }
  };
  return runObjectsNfcCx(command, step);
}
