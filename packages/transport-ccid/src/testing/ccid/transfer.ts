import { concatBytes } from "@cardwire/core";
import { ANSWER, CCID_ERROR, type CcidAnswer, type CcidCommand, HEADER_LENGTH } from "./messages.ts";
import { type CommandHandler } from "./reader-behaviour.ts";
import { type Slot } from "./slot.ts";

/** wLevelParameter and bChainParameter at the extended APDU level (CCID 1.1, sections 6.1.4 and 6.2.1). */
const CHAIN = { whole: 0x00, begins: 0x01, ends: 0x02, continues: 0x03, next: 0x10 } as const;
const WRONG_LENGTH = 1;
const WRONG_LEVEL_PARAMETER = 8;
const SHORT_APDU_LENGTH = 261;
const NOTHING = new Uint8Array(0);

const fail = (error: number): CcidAnswer => ({ type: ANSWER.dataBlock, commandStatus: 1, error });

/** PC_to_RDR_XfrBlock, at the reader's exchange level. */
export async function transferBlock(reader: CommandHandler, slot: Slot, command: CcidCommand): Promise<CcidAnswer> {
  const { abilities, options } = reader;
  const levelParameter = command.specific[1] | (command.specific[2] << 8);
  const own = await options.pseudoApdu?.(command.data, slot.index);
  if (own !== undefined) return { type: ANSWER.dataBlock, data: own };
  const { card, contact } = slot;
  if (card === undefined || contact === undefined) return fail(CCID_ERROR.iccMute);
  switch (abilities.level) {
    case "character": {
      const sent = await contact.feed(command.data);
      // a reader waits for as many as it was told, and for no more than come
      if (sent.length === 0 && levelParameter > 0 && slot.responseRest.length === 0) return fail(CCID_ERROR.iccMute);
      const line = concatBytes(slot.responseRest, sent);
      slot.responseRest = line.subarray(levelParameter);
      return { type: ANSWER.dataBlock, data: line.subarray(0, levelParameter) };
    }
    case "tpdu": {
      if (levelParameter !== 0) return fail(WRONG_LEVEL_PARAMETER);
      return blockOrMute(await contact.exchange(command.data));
    }
    case "short-apdu":
      if (levelParameter !== 0) return fail(WRONG_LEVEL_PARAMETER);
      if (command.data.length > SHORT_APDU_LENGTH) return fail(WRONG_LENGTH);
      return blockOrMute(await card.transmit(command.data));
    case "extended-apdu":
      return extended(slot, command.data, levelParameter, abilities.maxMessageLength - HEADER_LENGTH, (apdu) =>
        card.transmit(apdu),
      );
  }
}

function blockOrMute(data: Uint8Array | undefined): CcidAnswer {
  return data === undefined || data.length === 0 ? fail(CCID_ERROR.iccMute) : { type: ANSWER.dataBlock, data };
}

async function extended(
  slot: Slot,
  data: Uint8Array,
  levelParameter: number,
  partLength: number,
  transmit: (command: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Promise<CcidAnswer> {
  switch (levelParameter) {
    case CHAIN.next:
      if (slot.responseRest.length === 0) return fail(WRONG_LEVEL_PARAMETER);
      return nextPart(slot, partLength, CHAIN.ends, CHAIN.continues);
    case CHAIN.begins:
    case CHAIN.continues:
      if (levelParameter === CHAIN.begins) slot.commandParts = [];
      else if (slot.commandParts.length === 0) return fail(WRONG_LEVEL_PARAMETER);
      slot.commandParts.push(data);
      return { type: ANSWER.dataBlock, specific: CHAIN.next };
    case CHAIN.whole:
    case CHAIN.ends: {
      if (levelParameter === CHAIN.whole) slot.commandParts = [];
      const command = concatBytes(...slot.commandParts, data);
      slot.commandParts = [];
      const response = await transmit(command);
      if (response.length === 0) return fail(CCID_ERROR.iccMute);
      slot.responseRest = response;
      return nextPart(slot, partLength, CHAIN.whole, CHAIN.begins);
    }
    default:
      return fail(WRONG_LEVEL_PARAMETER);
  }
}

function nextPart(slot: Slot, partLength: number, last: number, more: number): CcidAnswer {
  const data = slot.responseRest.subarray(0, partLength);
  slot.responseRest = slot.responseRest.subarray(data.length);
  if (slot.responseRest.length === 0) slot.responseRest = NOTHING;
  return { type: ANSWER.dataBlock, data, specific: slot.responseRest.length === 0 ? last : more };
}
