import type { RfTarget } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";

/** The bytes of the only form that the driver takes: `FF C2 00 02 04 8F 02 ss ll`. */
const BYTES = 9;

function isLayer3(target: RfTarget): boolean {
  return target.technology === "nfc-a" && target.ats === undefined;
}

function isLayer4(target: RfTarget): boolean {
  return target.technology === "nfc-a" && target.ats !== undefined;
}

/**
 * Switch Protocol as Windows' driver has it: only standard and layer are looked at, and the tag is let go of and selected
 * again whatever they say.
 */
export function* switchProtocolNfcCx(command: StorageCommand): CommandDialogue {
  const { card, bytes } = command;
  if (bytes.length !== BYTES) return command.end(StatusWord.FUNCTION_NOT_SUPPORTED);
  const layer = bytes[8];
  const wanted =
    bytes[7] !== 0 ? undefined : card.targets.find(layer === 3 ? isLayer3 : layer === 4 ? isLayer4 : () => false);
  const reply = yield card.reselectionTo(wanted ?? card.target);
  if (reply.kind === "failure") return command.end(StatusWord.UNKNOWN_FAILURE);
  card.onReselected();
  if (wanted === undefined) return command.end(StatusWord.UNKNOWN_FAILURE);
  const outcome = command.end(StatusWord.OK);
  return wanted === card.target ? outcome : { ...outcome, switchedTo: wanted };
}
