import { equalBytes, type RfDialogue } from "@cardwire/core";
import { StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { authenticateBlock } from "./authenticate.ts";
import { CLASSIC_COMMAND } from "./commands.ts";
import { ackNakNfcCx, exchange } from "./exchange.ts";
import { BLOCK_BYTES } from "./geometry.ts";
import { twoPhaseNfcCx } from "./increment-decrement-nfccx.ts";

const RAW = 0x00;
const COMPATIBLE_WRITE = 0xa2;
const BLOCK_WRITE_BYTES = 2 + BLOCK_BYTES;
/** Opcode, block, four bytes of UID, six bytes of key. */
const AUTHENTICATE_BYTES = 12;
/** What a transceive object has room for, whatever the area of the response. */
const TRANSCEIVE_BYTES = 255;

/**
 * What Windows does with a transceive object for MIFARE Classic: the first byte must be an opcode that its RF layer
 * knows, and says how many frames the rest becomes (NFC class extension, phLibNfc_MifareMap and RawtoCmd). Opcodes that
 * name a key inside the NFC controller, or one of its maker's own requests, are no RF request and fail here as there.
 */
export function* transceiveNfcCx(
  command: StorageCommand,
  data: Uint8Array<ArrayBuffer>,
  timeoutUs: number,
): RfDialogue<number> {
  const opcode = data[0] ?? 0;
  const head = data.subarray(0, 2);
  const rest = data.subarray(2);
  switch (opcode) {
    case CLASSIC_COMMAND.READ:
    case CLASSIC_COMMAND.TRANSFER:
      if (data.length < 2) break;
      return yield* single(command, head, timeoutUs);
    case RAW:
      if (rest.length === 0) break;
      return yield* raw(command, rest, timeoutUs);
    case COMPATIBLE_WRITE:
      if (rest.length === 0) break;
      return yield* single(command, data, timeoutUs);
    case CLASSIC_COMMAND.WRITE:
      if (rest.length === 0) break;
      return yield* write(command, head, rest, timeoutUs);
    case CLASSIC_COMMAND.INCREMENT:
    case CLASSIC_COMMAND.DECREMENT:
      if (rest.length === 0) break;
      if (rest.length !== 4) return yield* single(command, data, timeoutUs);
      return yield* twoPhaseNfcCx(command, head, rest, TRANSCEIVE_BYTES);
    case CLASSIC_COMMAND.RESTORE:
      if (rest.length === 0) break;
      return yield* twoPhaseNfcCx(command, head, rest, TRANSCEIVE_BYTES);
    case CLASSIC_COMMAND.AUTHENTICATE_A:
    case CLASSIC_COMMAND.AUTHENTICATE_B:
      // the bytes of the UID are dropped
      if (data.length !== AUTHENTICATE_BYTES) break;
      return yield* authenticate(command, data);
  }
  return StatusWord.COMMAND_INCOMPATIBLE;
}

/** Bytes as they are, but for those that look like an authentication or the write of a block: those become one. */
function* raw(command: StorageCommand, data: Uint8Array<ArrayBuffer>, timeoutUs: number): RfDialogue<number> {
  const [opcode] = data;
  if (opcode === CLASSIC_COMMAND.WRITE && data.length === BLOCK_WRITE_BYTES)
    return yield* write(command, data.subarray(0, 2), data.subarray(2), timeoutUs);
  if (
    (opcode === CLASSIC_COMMAND.AUTHENTICATE_A || opcode === CLASSIC_COMMAND.AUTHENTICATE_B) &&
    data.length === AUTHENTICATE_BYTES
  ) {
    const { uid } = command.card;
    const ownUid = uid.length === 7 ? uid.subarray(3) : uid.subarray(0, 4);
    if (!equalBytes(data.subarray(2, 6), ownUid)) return StatusWord.COMMAND_INCOMPATIBLE;
    return yield* authenticate(command, data);
  }
  return yield* single(command, data, timeoutUs);
}

function* authenticate(command: StorageCommand, data: Uint8Array<ArrayBuffer>): RfDialogue<number> {
  const keyType = data[0] === CLASSIC_COMMAND.AUTHENTICATE_A ? "a" : "b";
  const statusWord = yield* authenticateBlock(command, data[1] ?? 0, keyType, data.slice(6));
  if (statusWord !== StatusWord.OK) yield* command.recover();
  return statusWord;
}

/** Two frames; what the card says to them is not looked at, and not handed on. */
function* write(command: StorageCommand, head: Uint8Array, block: Uint8Array, timeoutUs: number): RfDialogue<number> {
  for (const frame of [head, block]) {
    const statusWord = yield* exchange(command, frame, TRANSCEIVE_BYTES, timeoutUs);
    if (statusWord === StatusWord.OK) continue;
    yield* command.recover();
    return statusWord;
  }
  command.received = new Uint8Array(0);
  return StatusWord.OK;
}

function* single(command: StorageCommand, frame: Uint8Array, timeoutUs: number): RfDialogue<number> {
  const statusWord = yield* exchange(command, frame, TRANSCEIVE_BYTES, timeoutUs);
  if (statusWord === StatusWord.OK) return ackNakNfcCx(command);
  yield* command.recover();
  return statusWord;
}
