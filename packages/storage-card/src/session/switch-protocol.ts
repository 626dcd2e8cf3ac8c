import { buildIsoDepAtrTypeA } from "@cardwire/atr";
import type { NfcATarget, RfDialogue, RfTarget } from "@cardwire/core";
import { StatusWord } from "../status-word.ts";
import type { CommandDialogue, StorageCommand } from "../storage-command.ts";
import { type DataObject, SessionTag } from "./data-objects.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { ObjectError, type ObjectStep, runObjects } from "./run-objects.ts";

/** First byte of the switch object (8F): the standard, as far as one of ours can be it. */
const STANDARD_OF: Record<RfTarget["technology"], number> = {
  "nfc-a": 0,
  "nfc-a-type1": 0,
  "nfc-b": 1,
  "nfc-b-memory": 1,
  "nfc-v": 2,
  "nfc-f": 3,
};
const LAST_STANDARD = 7;

/** Second byte: how far to go. */
const Layer = {
  NO_SEPARATION: 0x00,
  MODULATION: 0x02,
  SELECTED: 0x03,
  ISO_DEP: 0x04,
  HIGH_LEVEL: 0x40,
} as const;

type IsoDepTarget = NfcATarget & { readonly ats: Uint8Array };

function isIsoDep(target: RfTarget): target is IsoDepTarget {
  return target.technology === "nfc-a" && target.ats !== undefined;
}

/** The historical bytes of an ATS: behind TL, T0 and the interface bytes that T0 announces (ISO/IEC 14443-4 5.2). */
function historicalBytes(ats: Uint8Array): Uint8Array {
  const format = ats[1] ?? 0;
  const start = 2 + ((format >> 4) & 1) + ((format >> 5) & 1) + ((format >> 6) & 1);
  return ats.subarray(Math.min(start, ats.length), Math.min(start + 15, ats.length));
}

/** Switch Protocol `FF C2 00 02` (PC/SC part 3 supplement 2). */
export function* switchProtocol(command: StorageCommand): CommandDialogue {
  const { card } = command;
  let switchedTo: RfTarget | undefined;

  function* select(target: RfTarget): RfDialogue<number> {
    const reply = yield card.reselectionTo(target);
    if (reply.kind === "failure") {
      command.cardLost = reply.reason !== "unsupported";
      return command.cardLost ? ObjectError.ICC_DID_NOT_RESPOND : StatusWord.FUNCTION_NOT_SUPPORTED;
    }
    card.onReselected();
    switchedTo = target === card.target ? undefined : target;
    return StatusWord.OK;
  }

  function* toSelected(answer: ObjectWriter): RfDialogue<number> {
    const { target } = card;
    const statusWord = yield* select(target);
    if (statusWord !== StatusWord.OK) return statusWord;
    if (target.technology === "nfc-a") answer.appendBer(SessionTag.SWITCH_PROTOCOL, Uint8Array.of(target.sak));
    else if (target.technology === "nfc-b")
      answer.appendBer(SessionTag.SWITCH_PROTOCOL, target.protocolInfo.slice(0, 3));
    return statusWord;
  }

  function* toIsoDep(answer: ObjectWriter): RfDialogue<number> {
    const target = card.targets.find(isIsoDep);
    if (target === undefined) return ObjectError.ICC_DID_NOT_RESPOND;
    const statusWord = yield* select(target);
    if (statusWord === StatusWord.OK)
      answer.appendBer(SessionTag.ATR, buildIsoDepAtrTypeA(historicalBytes(target.ats)));
    return statusWord;
  }

  function* toHighest(answer: ObjectWriter): RfDialogue<number> {
    if (card.targets.some(isIsoDep)) return yield* toIsoDep(answer);
    const statusWord = yield* select(card.target);
    if (statusWord === StatusWord.OK) answer.appendBer(SessionTag.ATR, card.atr);
    return statusWord;
  }

  const step: ObjectStep = function* (object: DataObject, answer: ObjectWriter): RfDialogue<number> {
    if (object.tag !== SessionTag.SWITCH_PROTOCOL) return StatusWord.FUNCTION_NOT_SUPPORTED;
    if (object.length !== 2) return StatusWord.WRONG_LENGTH;
    const standard = command.data(object.start);
    const layer = command.data(object.start + 1);
    if (standard > LAST_STANDARD) return StatusWord.WRONG_VALUE;
    if (standard !== STANDARD_OF[card.target.technology]) return ObjectError.ICC_DID_NOT_RESPOND;
    switch (layer) {
      case Layer.NO_SEPARATION:
      case Layer.HIGH_LEVEL:
        return yield* toHighest(answer);
      case Layer.MODULATION:
        // nothing but the modulation is set up, and the card stays where the application left it
        return StatusWord.OK;
      case Layer.SELECTED:
        return yield* toSelected(answer);
      case Layer.ISO_DEP:
        return yield* toIsoDep(answer);
      default:
        return layer >> 4 === 2 || layer >> 4 === 3 ? StatusWord.FUNCTION_NOT_SUPPORTED : StatusWord.WRONG_VALUE;
    }
  };

  const outcome = yield* runObjects(command, step);
  return switchedTo === undefined ? outcome : { ...outcome, switchedTo };
}
