/** The commands after the DDI documents, which pass FeliCa's own parameters and status flags through. */
import type { RfDialogue } from "@cardwire/core";
import { type CommandDialogue, StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { FELICA_BLOCK_BYTES, FELICA_COMMAND, felicaFrame, responseTimeUs } from "./commands.ts";

/** What FeliCa says of a list that is wrong, as its two status flags (FeliCa card user's manual, section 4.5). */
const WRONG_SERVICE_COUNT = 0xffa1;
const WRONG_BLOCK_COUNT = 0xffa2;
const WRONG_BLOCK_LIST = 0x01a1;
const WRONG_SIZE = 0x01a9;

const MOST_SERVICES = 16;
/** What a response of 255 bytes has room for. */
const MOST_BLOCKS_READ = 15;
const HEAD_BYTES = 12;

/** Where services and blocks end in the command data, and how many blocks there are; or what is wrong. */
interface Lists {
  readonly blocks: number;
  readonly end: number;
}

function readLists(command: StorageCommand): Lists | number {
  const services = command.data(0);
  if (services < 1 || services > MOST_SERVICES) return WRONG_SERVICE_COUNT;
  const countAt = 1 + 2 * services;
  if (countAt >= command.lc) return StatusWord.WRONG_LENGTH;
  const blocks = command.data(countAt);
  if (blocks < 1) return WRONG_BLOCK_COUNT;
  let end = countAt + 1;
  for (let block = 0; block < blocks; block++) {
    if (end >= command.lc) return WRONG_BLOCK_LIST;
    end += (command.data(end) & 0x80) === 0 ? 3 : 2;
  }
  return end > command.lc ? WRONG_BLOCK_LIST : { blocks, end };
}

/** True when the IDm behind length and response code is the card's. */
function isFrom(received: Uint8Array, idm: Uint8Array): boolean {
  for (let index = 0; index < idm.length; index++) if (received[2 + index] !== idm[index]) return false;
  return true;
}

/** Sends a command and checks that the answer is this card's to it. The status flags are returned as a status word. */
function* exchange(command: StorageCommand, code: number, data: Uint8Array, timeoutUs: number): RfDialogue<number> {
  const { card } = command;
  const statusWord = command.accept(
    yield { kind: "frame", data: felicaFrame(code, card.uid, data), timeoutUs },
    Number.POSITIVE_INFINITY,
  );
  if (statusWord !== StatusWord.OK) {
    yield* command.recover();
    return statusWord;
  }
  const { received } = command;
  if (
    received.length < HEAD_BYTES ||
    received[0] !== received.length ||
    received[1] !== code + 1 ||
    !isFrom(received, card.uid)
  )
    return StatusWord.COMMAND_INCOMPATIBLE;
  const flags = ((received[10] ?? 0) << 8) | (received[11] ?? 0);
  return flags === 0 ? StatusWord.OK : flags;
}

function timeUs(command: StorageCommand, parameter: 5 | 6, blocks: number): number {
  const { target, frameTimeoutUs } = command.card;
  return target.technology === "nfc-f"
    ? responseTimeUs(target.pmm, parameter, blocks) + frameTimeoutUs
    : frameTimeoutUs;
}

/** READ BINARY: number of services, service codes, number of blocks, block list. */
export function* readBinary(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  const lists = readLists(command);
  if (typeof lists === "number") return command.end(lists);
  if (lists.end !== command.lc) return command.end(StatusWord.WRONG_LENGTH);
  if (lists.blocks > MOST_BLOCKS_READ) return command.end(WRONG_BLOCK_COUNT);
  const statusWord = yield* exchange(
    command,
    FELICA_COMMAND.READ_WITHOUT_ENCRYPTION,
    command.copyData(0, command.lc),
    timeUs(command, 5, lists.blocks),
  );
  if (statusWord !== StatusWord.OK) return command.end(statusWord);
  const { received } = command;
  const length = HEAD_BYTES + 1 + lists.blocks * FELICA_BLOCK_BYTES;
  return received[HEAD_BYTES] === lists.blocks && received.length === length
    ? command.end(StatusWord.OK, received.subarray(HEAD_BYTES + 1))
    : command.end(StatusWord.COMMAND_INCOMPATIBLE);
}

/** UPDATE BINARY: the lists of READ BINARY, and 16 bytes for each block. */
export function* updateBinary(command: StorageCommand): CommandDialogue {
  if (command.p1 !== 0 || command.p2 !== 0) return command.end(StatusWord.WRONG_P1P2);
  const lists = readLists(command);
  if (typeof lists === "number") return command.end(lists);
  if (lists.end + lists.blocks * FELICA_BLOCK_BYTES !== command.lc) return command.end(WRONG_SIZE);
  const statusWord = yield* exchange(
    command,
    FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION,
    command.copyData(0, command.lc),
    timeUs(command, 6, lists.blocks),
  );
  return command.end(statusWord);
}
