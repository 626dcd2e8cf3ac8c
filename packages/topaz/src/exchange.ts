import type { RfDialogue } from "@cardwire/core";
import { StatusWord, type StorageCommand } from "@cardwire/storage-card";

/** Replies that begin with no address: RID, and RALL. */
const RID_BYTES = 6;
const RALL_BYTES = 0x7a;

/**
 * Sends a frame as Windows does: the address is taken off every reply but those as long as RID's and RALL's, and a reply
 * with nothing after it is a failure. (NFC class extension, phLibNfc_JewelProcessResponse.)
 */
export function* exchangeNfcCx(
  command: StorageCommand,
  data: Uint8Array,
  timeoutUs: number,
  limit: number = command.area,
): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs }, limit);
  if (statusWord !== StatusWord.OK) {
    yield* command.recover();
    return statusWord;
  }
  const { length } = command.received;
  if (length <= 1) return StatusWord.COMMAND_INCOMPATIBLE;
  if (length !== RID_BYTES && length !== RALL_BYTES) command.received = command.received.subarray(1);
  return StatusWord.OK;
}

/**
 * Sends a frame to a tag that keeps silent where it refuses.
 *
 * @param length of the reply, address included; a reply of another length is a failure.
 * @param refusal the status word for silence of a tag that is still there.
 */
export function* exchange(
  command: StorageCommand,
  data: Uint8Array,
  length: number,
  refusal: number,
): RfDialogue<number> {
  const statusWord = command.accept(yield { kind: "frame", data, timeoutUs: command.card.frameTimeoutUs });
  if (statusWord === StatusWord.OK)
    return command.received.length === length ? StatusWord.OK : StatusWord.COMMAND_INCOMPATIBLE;
  const silent = command.failure === "timeout";
  yield* command.recover();
  return silent && !command.cardLost ? refusal : statusWord;
}
