import type { RfDialogue, RfFrame } from "@cardwire/core";
import { refuseReadLe, StatusWord, type StorageCardCommands, type StorageCommand } from "@cardwire/storage-card";
import type { MifareUltralightRules } from "./differences.ts";
import { PAGE_BYTES, READ_BYTES, Type2Ack, Type2Command } from "./rf-commands.ts";

/** READ: four pages from `page` on. */
export function readFrame(page: number, timeoutUs: number): RfFrame {
  const data = new Uint8Array(2);
  data[0] = Type2Command.READ;
  data[1] = page;
  return { kind: "frame", data, timeoutUs };
}

function writeFrame(command: StorageCommand, timeoutUs: number): RfFrame {
  const data = new Uint8Array(2 + PAGE_BYTES);
  data[0] = Type2Command.WRITE;
  data[1] = command.p2;
  for (let index = 0; index < PAGE_BYTES; index++) data[2 + index] = command.data(index);
  return { kind: "frame", data, timeoutUs };
}

const NO_BYTES = new Uint8Array(0);

/** One byte is no data: it is ACK or NAK, and is taken away. */
function judgeAck(command: StorageCommand, statusWord: number, rules: MifareUltralightRules): number {
  if (statusWord !== StatusWord.OK || command.received.length !== 1) return statusWord;
  const ack = command.received[0] ?? 0;
  command.received = NO_BYTES;
  return ack === Type2Ack.ACK ? StatusWord.OK : (rules.nakWords[ack] ?? rules.otherNakWord);
}

/** An answer of the wrong length is as good as none. */
function refuseAnswer(command: StorageCommand): number {
  command.received = NO_BYTES;
  command.failure = "framing";
  return StatusWord.COMMAND_INCOMPATIBLE;
}

function* recover(command: StorageCommand, rules: MifareUltralightRules): RfDialogue<void> {
  if (command.failure !== undefined) yield* command.recover();
  else if (rules.reselectAfterNak) yield* command.reselect();
}

/** What the instructions of MIFARE Ultralight and NTAG do (PC/SC part 3 section 3.2.2.1; Windows storage-card requirements). */
export function ultralightCommands(rules: MifareUltralightRules): StorageCardCommands {
  return {
    *readBinary(command) {
      if (command.p1 !== 0) return command.end(StatusWord.WRONG_P1P2);
      const refused = refuseReadLe(command, READ_BYTES);
      if (refused !== undefined) return command.end(refused);

      let statusWord = command.accept(yield readFrame(command.p2, rules.frameTimeoutUs));
      const bytes = command.received.length;
      statusWord = judgeAck(command, statusWord, rules);
      if (statusWord === StatusWord.OK && bytes !== READ_BYTES && rules.checksAnswers)
        statusWord = refuseAnswer(command);
      if (statusWord !== StatusWord.OK) {
        yield* recover(command, rules);
        return command.end(statusWord);
      }
      return command.end(
        command.le > READ_BYTES ? StatusWord.END_REACHED : StatusWord.OK,
        command.received,
        undefined,
        StatusWord.WRONG_LE | READ_BYTES,
      );
    },

    *updateBinary(command) {
      if (command.p1 !== 0 || command.p2 < rules.firstWritablePage) return command.end(StatusWord.WRONG_P1P2);
      if (command.lc !== PAGE_BYTES) return command.end(command.lc < PAGE_BYTES ? rules.shortWrite : rules.longWrite);

      let statusWord = command.accept(yield writeFrame(command, rules.frameTimeoutUs));
      const bytes = command.received.length;
      statusWord = judgeAck(command, statusWord, rules);
      if (statusWord === StatusWord.OK && bytes !== 1 && rules.checksAnswers) statusWord = refuseAnswer(command);
      if (statusWord !== StatusWord.OK) yield* recover(command, rules);
      return command.end(statusWord, undefined, command.received.length);
    },

    *transceive(command, data, timeoutUs) {
      const statusWord = judgeAck(command, command.accept(yield { kind: "frame", data, timeoutUs }, 255), rules);
      if (command.failure !== undefined) yield* command.recover();
      return statusWord;
    },
  };
}
