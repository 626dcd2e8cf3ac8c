import { NTSTATUS } from "@cardwire/ioctl";
import { StatusWord } from "./status-word.ts";
import type { CommandDialogue, StorageCommand } from "./storage-command.ts";

/** Bits of P1, the key structure (PC/SC part 3 section 3.2.2.1.4). */
const READER_KEY = 0x80;
const SECURED = 0x40;
const NON_VOLATILE = 0x20;

const MIFARE_KEY_BYTES = 6;
/** Key lengths of the cards that have keys: MIFARE Classic, DES, 3DES and AES of one to three halves. */
const KEY_BYTES: readonly number[] = [MIFARE_KEY_BYTES, 8, 16, 24, 32];

/** LOAD KEYS `FF 82 P1 P2 Lc key` as PC/SC part 3 section 3.2.2.1.4 has it. */
export function* loadKeys(command: StorageCommand): CommandDialogue {
  const { card, p1, p2, lc } = command;
  if ((p1 & READER_KEY) !== 0) return command.end(0x6983);
  if ((p1 & SECURED) !== 0) return command.end(0x6985);
  if ((p1 & ~NON_VOLATILE) !== 0) return command.end(StatusWord.NO_INFORMATION);
  if (!KEY_BYTES.includes(lc)) return command.end(StatusWord.KEY_LENGTH_INCORRECT);
  const store = (p1 & NON_VOLATILE) === 0 ? card.volatileKeys : card.nonVolatileKeys;
  if (store === undefined) return command.end(0x6987);
  return command.end(store.set(p2, command.copyData(0, lc)) ? StatusWord.OK : StatusWord.KEY_NUMBER_INVALID);
}

/** LOAD KEYS as Windows' driver has it: what it refuses becomes an NTSTATUS, and the status word is lost. */
export function* loadKeysOrStatus(command: StorageCommand): CommandDialogue {
  if (command.bytes.length !== 11 || command.p1 !== 0 || command.lc !== MIFARE_KEY_BYTES)
    return command.endWithStatus(NTSTATUS.INVALID_PARAMETER);
  if (!command.card.volatileKeys.set(command.p2, command.copyData(0, MIFARE_KEY_BYTES)))
    return command.endWithStatus(NTSTATUS.DISK_FULL);
  return command.end(StatusWord.OK);
}
