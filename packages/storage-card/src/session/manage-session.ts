import type { RfDialogue } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { SessionTag } from "./data-objects.ts";
import { getParameters, setParameters } from "./parameters.ts";
import { ObjectError, type ObjectStep, runObjects, timerUs } from "./run-objects.ts";

/** Major, minor and build number of this implementation of supplement 2. */
const VERSION = [1, 0, 1] as const;

function* switchField(command: StorageCommand, on: boolean, delayUs: number): RfDialogue<number> {
  const { session } = command.card;
  if (!session.open) return ObjectError.STOPPED;
  const reply = yield delayUs === 0 ? { kind: "field", on } : { kind: "field", on, delayUs };
  if (reply.kind === "failure")
    return reply.reason === "unsupported" ? StatusWord.FUNCTION_NOT_SUPPORTED : ObjectError.IFD_DID_NOT_RESPOND;
  session.fieldIsOff = !on;
  session.fieldWasOff ||= !on;
  return StatusWord.OK;
}

/** Leaves the tag as the session found it: selected, in a field. */
function* endSession(command: StorageCommand): RfDialogue<number> {
  const { card } = command;
  const { session } = card;
  if (session.fieldIsOff) {
    const statusWord = yield* switchField(command, true, 0);
    if (statusWord !== StatusWord.OK) return statusWord;
  }
  session.open = false;
  if (!session.fieldWasOff) return StatusWord.OK;
  session.fieldWasOff = false;
  const reply = yield card.reselection;
  if (reply.kind === "failure") command.cardLost = true;
  else card.onReselected();
  return StatusWord.OK;
}

/** Manage Session `FF C2 00 00` (PC/SC part 3 supplement 2). */
export function manageSession(command: StorageCommand): CommandDialogue {
  const { session } = command.card;
  let delayUs = 0;

  const step: ObjectStep = function* (object, answer): RfDialogue<number> {
    const { tag, length } = object;
    switch (tag) {
      case SessionTag.VERSION:
        if (length !== 3) return StatusWord.WRONG_LENGTH;
        answer.appendBer(SessionTag.VERSION, Uint8Array.from(VERSION));
        return StatusWord.OK;
      case SessionTag.START_SESSION:
        if (length !== 0) return StatusWord.WRONG_LENGTH;
        if (!session.open) session.start();
        return StatusWord.OK;
      case SessionTag.END_SESSION:
        if (length !== 0) return StatusWord.WRONG_LENGTH;
        return yield* endSession(command);
      case SessionTag.RF_FIELD_OFF:
      case SessionTag.RF_FIELD_ON: {
        if (length !== 0) return StatusWord.WRONG_LENGTH;
        const delay = delayUs;
        delayUs = 0;
        return yield* switchField(command, tag === SessionTag.RF_FIELD_ON, delay);
      }
      case SessionTag.TIMER:
        if (length !== 4) return StatusWord.WRONG_LENGTH;
        delayUs = timerUs(command, object);
        return StatusWord.OK;
      case SessionTag.GET_PARAMETERS:
        return getParameters(command, object, answer);
      case SessionTag.SET_PARAMETERS:
        return setParameters(command, object);
      default:
        return StatusWord.FUNCTION_NOT_SUPPORTED;
    }
  };
  return runObjects(command, step);
}
