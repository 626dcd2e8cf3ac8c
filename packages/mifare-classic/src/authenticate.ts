import type { RfDialogue } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { classicCardOf } from "./card.ts";

const KEY_A = 0x60;
const KEY_B = 0x61;
const KEY_BYTES = 6;

/** Authenticates a block's sector. OK, or the status word of a failed exchange. */
export function* authenticateBlock(
  command: StorageCommand,
  block: number,
  keyType: "a" | "b",
  key: Uint8Array,
): RfDialogue<number> {
  const card = classicCardOf(command);
  const statusWord = command.accept(yield card.authentication(block, keyType, key));
  if (statusWord === StatusWord.OK) card.authenticated = { block, keyType, key };
  return statusWord;
}

/** GENERAL AUTHENTICATE `FF 86 00 00 05 01 MSB LSB KT KN` (PC/SC part 3 section 3.2.2.1.6). */
export function* generalAuthenticate(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  if (command.lc !== 5) return command.end(StatusWord.WRONG_LENGTH);
  if (command.data(0) !== 1) return command.end(StatusWord.AUTHENTICATION_BLOCKED);
  return yield* authenticate(command, (command.data(1) << 8) | command.data(2), command.data(3), command.data(4));
}

/** AUTHENTICATE `FF 88 MSB LSB KT KN`, the form before it (PC/SC part 3 section 3.2.2.1.5); also `FF 88 MSB LSB KT 01 KN`. */
export function* obsoleteAuthenticate(command: StorageCommand): CommandDialogue {
  const { bytes } = command;
  const keyNumber = bytes.length === 6 ? bytes[5] : bytes.length === 7 && bytes[5] === 1 ? bytes[6] : undefined;
  if (keyNumber === undefined) return command.end(StatusWord.WRONG_LENGTH);
  return yield* authenticate(command, (command.p1 << 8) | command.p2, bytes[4] ?? 0, keyNumber);
}

function* authenticate(command: StorageCommand, block: number, keyType: number, keyNumber: number): CommandDialogue {
  if (keyType !== KEY_A && keyType !== KEY_B) return command.end(StatusWord.KEY_TYPE_UNKNOWN);
  const key = command.card.findKey(keyNumber);
  if (key?.length !== KEY_BYTES) return command.end(StatusWord.KEY_NUMBER_INVALID);
  if (block > 0xff) return command.end(StatusWord.MEMORY_FAILURE);
  const statusWord = yield* authenticateBlock(command, block, keyType === KEY_A ? "a" : "b", key);
  if (statusWord === StatusWord.OK) return command.end(StatusWord.OK);
  const refused = command.failure === "authentication" || command.failure === "timeout";
  yield* command.recover();
  return command.end(refused && !command.cardLost ? StatusWord.SECURITY_STATUS : statusWord);
}

/**
 * GENERAL AUTHENTICATE as Windows' driver has it: an Lc that is not 5 has no status word of its own and comes out as
 * 0000, and the first byte of the address weighs 16.
 */
export function* generalAuthenticateNfcCx(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  if (command.lc !== 5) return command.end(0x0000);
  if (command.bytes.length > 10) return command.end(StatusWord.NO_INFORMATION);
  const keyType = command.data(3);
  if (keyType !== KEY_A && keyType !== KEY_B) return command.end(StatusWord.KEY_TYPE_UNKNOWN);
  if (command.data(0) !== 1) return command.end(StatusWord.AUTHENTICATION_BLOCKED);
  const key = command.card.findKey(command.data(4));
  if (key === undefined) return command.end(StatusWord.KEY_NUMBER_INVALID);
  const block = ((command.data(1) << 4) | command.data(2)) & 0xff;
  const statusWord = yield* authenticateBlock(command, block, keyType === KEY_A ? "a" : "b", key);
  if (statusWord !== StatusWord.OK) yield* command.recover();
  return command.end(statusWord);
}
