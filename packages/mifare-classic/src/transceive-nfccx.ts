import type { RfDialogue } from "@cardwire/core";
import { StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { authenticateBlock } from "./authenticate.ts";
import { CLASSIC_COMMAND } from "./commands.ts";
import { ackNakNfcCx, exchange } from "./exchange.ts";
import { twoPhaseNfcCx } from "./increment-decrement-nfccx.ts";

const RAW = 0x00;
const COMPATIBLE_WRITE = 0xa2;

/**
 * What Windows does with a transceive object for MIFARE Classic: the first byte must be an opcode that its RF layer
 * knows, and says how many frames the rest becomes (NFC class extension, phLibNfc_MifareMap and RawtoCmd).
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
      return yield* single(command, rest, timeoutUs);
    case COMPATIBLE_WRITE:
      if (rest.length === 0) break;
      return yield* single(command, data, timeoutUs);
    case CLASSIC_COMMAND.WRITE: {
      if (rest.length === 0) break;
      for (const frame of [head, rest]) {
        const statusWord = yield* exchange(command, frame, undefined, timeoutUs);
        if (statusWord === StatusWord.OK) continue;
        yield* command.recover();
        return statusWord;
      }
      if (command.received.length === 1) command.received = new Uint8Array(0);
      return StatusWord.OK;
    }
    case CLASSIC_COMMAND.INCREMENT:
    case CLASSIC_COMMAND.DECREMENT:
      if (rest.length === 0) break;
      if (rest.length !== 4) return yield* single(command, data, timeoutUs);
      return yield* twoPhaseNfcCx(command, head, rest);
    case CLASSIC_COMMAND.RESTORE:
      if (rest.length === 0) break;
      return yield* twoPhaseNfcCx(command, head, rest);
    case CLASSIC_COMMAND.AUTHENTICATE_A:
    case CLASSIC_COMMAND.AUTHENTICATE_B: {
      // opcode, block, four bytes of UID that are dropped, six bytes of key
      if (data.length !== 12) break;
      const keyType = opcode === CLASSIC_COMMAND.AUTHENTICATE_A ? "a" : "b";
      const statusWord = yield* authenticateBlock(command, data[1] ?? 0, keyType, data.slice(6));
      if (statusWord !== StatusWord.OK) yield* command.recover();
      return statusWord;
    }
  }
  return StatusWord.COMMAND_INCOMPATIBLE;
}

function* single(command: StorageCommand, frame: Uint8Array, timeoutUs: number): RfDialogue<number> {
  const statusWord = yield* exchange(command, frame, undefined, timeoutUs);
  if (statusWord === StatusWord.OK) return ackNakNfcCx(command);
  yield* command.recover();
  return statusWord;
}
