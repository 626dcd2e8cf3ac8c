import type { RfDialogue } from "@cardwire/core";
import { StatusWord, type StorageCommand } from "@cardwire/storage-card";
import { ACK, OPERAND_TIMEOUT_US } from "./commands.ts";

/** Sends a frame. OK: what came is in `command.received`. */
export function* exchange(
  command: StorageCommand,
  data: Uint8Array,
  limit?: number,
  timeoutUs: number = command.card.frameTimeoutUs,
): RfDialogue<number> {
  const reply = yield { kind: "frame", data, timeoutUs };
  return command.accept(reply, limit);
}

/**
 * Sends a frame that the card answers with data or with a 4-bit NAK, after which it is silent until it is selected
 * again. OK means data, or ACK.
 */
export function* exchangeOrNak(command: StorageCommand, data: Uint8Array): RfDialogue<number> {
  const statusWord = yield* exchange(command, data);
  if (statusWord !== StatusWord.OK || command.received.length !== 1 || command.received[0] === ACK) return statusWord;
  command.failure = "authentication";
  return nakStatusWord(command.received[0] ?? 0);
}

/** What a NAK means to the caller: 1 and 5 are transmission errors, 0 and 4 operations that are not allowed. */
function nakStatusWord(nak: number): number {
  return nak === 0x1 || nak === 0x5 ? StatusWord.COMMAND_INCOMPATIBLE : StatusWord.SECURITY_STATUS;
}

/** Sends the operand of a value operation. The card says yes by silence, and NAK otherwise. */
export function* sendOperand(command: StorageCommand, operand: Uint8Array): RfDialogue<number> {
  const reply = yield { kind: "frame", data: operand, timeoutUs: OPERAND_TIMEOUT_US };
  if (reply.kind === "failure" && reply.reason === "timeout") return StatusWord.OK;
  const statusWord = command.accept(reply);
  if (statusWord !== StatusWord.OK) return statusWord;
  command.failure = "authentication";
  return nakStatusWord(command.received[0] ?? 0);
}

/**
 * Windows' reading of a reply of one byte: ACK is no data, NAKs are errors. An empty reply and one of several bytes go
 * through. (NFC class extension, StorageClassMifare CheckResponse.)
 */
export function ackNakNfcCx(command: StorageCommand): number {
  if (command.received.length !== 1) return StatusWord.OK;
  const code = command.received[0];
  command.received = NO_BYTES;
  switch (code) {
    case ACK:
      return StatusWord.OK;
    case 0x00:
      return StatusWord.ADDRESS_NOT_FOUND;
    case 0x04:
      return StatusWord.MEMORY_FAILURE;
    case 0x01:
    case 0x05:
      return StatusWord.SECURITY_STATUS;
    default:
      return 0xffff;
  }
}

const NO_BYTES = new Uint8Array(0);
