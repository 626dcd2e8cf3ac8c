import { concatBytes, type RfDialogue } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, readDataObject } from "./data-objects.ts";
import { errorObject, ObjectWriter } from "./object-writer.ts";

/** The status words that only error objects have (PC/SC part 3 supplement 2, section 2.2). */
export const ObjectError = {
  /** Execution stopped: another object failed, or the state does not allow this one. */
  STOPPED: 0x6301,
  IFD_DID_NOT_RESPOND: 0x6400,
  ICC_DID_NOT_RESPOND: 0x6401,
} as const;

/** Performs one object. Returns OK or why it failed. */
export type ObjectStep = (object: DataObject, answer: ObjectWriter) => RfDialogue<number>;

/**
 * Walks through the objects of a command in their order and stops at the first that fails. The error object, with the
 * failing object's number, is the first of the answer (PC/SC part 3 supplement 2, section 2.2).
 */
export function* runObjects(command: StorageCommand, step: ObjectStep): CommandDialogue {
  const answer = new ObjectWriter();
  let statusWord: number = StatusWord.OK;
  let number = 1;
  for (let index = 0; index < command.lc; number++) {
    const object = readDataObject(command, index, command.lc, "ber");
    statusWord = object === undefined ? StatusWord.WRONG_LENGTH : yield* step(object, answer);
    if (object === undefined || statusWord !== StatusWord.OK) break;
    index = object.next;
  }
  const failed = statusWord === StatusWord.OK ? 0 : number;
  return command.end(StatusWord.OK, concatBytes(errorObject(failed, statusWord), answer.bytes()));
}

/** The four bytes of a timer object, least significant first, in microseconds. */
export function timerUs(command: StorageCommand, object: DataObject): number {
  let microseconds = 0;
  for (let byte = 3; byte >= 0; byte--) microseconds = microseconds * 256 + command.data(object.start + byte);
  return microseconds;
}
