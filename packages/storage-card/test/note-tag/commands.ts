import type { RfFrame } from "@cardwire/core";
import { refuseReadLe, StatusWord, type StorageCardCommands, type StorageCommand } from "@cardwire/storage-card";
import type { NoteTagRules } from "./differences.ts";

const BLOCK_BYTES = 4;
export const FRAME_TIMEOUT_US = 20_000;

function frame(...data: readonly number[]): RfFrame {
  return { kind: "frame", data: Uint8Array.from(data), timeoutUs: FRAME_TIMEOUT_US };
}

function refuseAddress({ p1, p2 }: StorageCommand, rules: NoteTagRules): number | undefined {
  if (p1 !== 0) return StatusWord.WRONG_P1P2;
  return p2 > rules.lastBlock ? StatusWord.ADDRESS_NOT_FOUND : undefined;
}

/** What the pseudo-APDUs become on the air. */
export function noteTagCommands(rules: NoteTagRules): StorageCardCommands {
  return {
    // FF B0 00 block Le → B0 block
    *readBinary(command) {
      const refused = refuseAddress(command, rules) ?? refuseReadLe(command, BLOCK_BYTES);
      if (refused !== undefined) return command.end(refused);
      const statusWord = command.accept(yield frame(0xb0, command.p2));
      if (statusWord !== StatusWord.OK) {
        yield* command.recover();
        return command.end(statusWord);
      }
      return command.end(StatusWord.OK, command.received, undefined, StatusWord.WRONG_LE | BLOCK_BYTES);
    },

    // FF D6 00 block 04 data → D0 block data
    *updateBinary(command) {
      const refused = refuseAddress(command, rules);
      if (refused !== undefined) return command.end(refused);
      if (command.lc !== BLOCK_BYTES) return command.end(StatusWord.WRONG_LENGTH);
      let statusWord = command.accept(yield frame(0xd0, command.p2, ...command.copyData(0, BLOCK_BYTES)));
      if (command.failure !== undefined) yield* command.recover();
      else if (command.received[0] !== 0x00) statusWord = StatusWord.SECURITY_STATUS;
      return command.end(statusWord);
    },

    // what Windows' driver does with a frame of the application's own
    *transceive(command, data, timeoutUs) {
      const statusWord = command.accept(yield { kind: "frame", data, timeoutUs }, 255);
      if (command.failure !== undefined) yield* command.recover();
      return statusWord;
    },
  };
}
