import type { RfDialogue } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, SessionTag } from "./data-objects.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { runObjectsNfcCx } from "./run-objects-nfccx.ts";

function* step(command: StorageCommand, object: DataObject, _index: number, answer: ObjectWriter): RfDialogue<number> {
  const { session } = command.card;
  switch (object.tag) {
    case SessionTag.VERSION:
      if (object.length !== 3) return StatusWord.NO_INFORMATION;
      return answer.append(SessionTag.VERSION, Uint8Array.of(1, 0, 1)) ? StatusWord.OK : StatusWord.WRONG_LENGTH;
    case SessionTag.START_SESSION:
    case SessionTag.END_SESSION:
      if (object.length !== 0) return StatusWord.NO_INFORMATION;
      session.open = object.tag === SessionTag.START_SESSION;
      return StatusWord.OK;
    default:
      return StatusWord.FUNCTION_NOT_SUPPORTED;
  }
}

/** Manage Session `FF C2 00 00` as Windows' driver has it: version, start and end; the field is left alone. */
export function manageSessionNfcCx(command: StorageCommand): CommandDialogue {
  return runObjectsNfcCx(command, step);
}
