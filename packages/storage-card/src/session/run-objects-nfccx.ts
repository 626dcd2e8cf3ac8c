import type { RfDialogue } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, readDataObject, SessionTag } from "./data-objects.ts";
import { errorObjectValue, ObjectWriter } from "./object-writer.ts";

/** Performs one object. Returns OK or why it failed. */
export type ObjectStep = (
  command: StorageCommand,
  object: DataObject,
  index: number,
  answer: ObjectWriter,
) => RfDialogue<number>;

/**
 * Walks through the objects as Windows' driver does: stops at the first that fails, and puts the error object behind
 * what was answered. An answer that does not fit the area is a failed object; when even the error object does not fit,
 * the response ends in 6700.
 */
export function* runObjectsNfcCx(command: StorageCommand, step: ObjectStep): CommandDialogue {
  const answer = new ObjectWriter(command.area);
  let statusWord: number = StatusWord.OK;
  let number = 1;
  for (let index = 0; index < command.lc; number++) {
    const object = readDataObject(command, index, command.lc, "one-byte");
    statusWord = object === undefined ? StatusWord.NO_INFORMATION : yield* step(command, object, index, answer);
    if (object === undefined || statusWord !== StatusWord.OK) break;
    index = object.next;
  }
  const failed = statusWord === StatusWord.OK ? 0 : number;
  const fits = answer.append(SessionTag.ERROR, errorObjectValue(failed, statusWord));
  return command.end(fits ? StatusWord.OK : StatusWord.WRONG_LENGTH, answer.bytes());
}
