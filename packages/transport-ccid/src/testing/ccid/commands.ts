import { concatBytes } from "@cardwire/core";
import { CCID_FEATURE } from "./class-descriptor.ts";
import { ANSWER, answerType, CCID_ERROR, type CcidAnswer, type CcidCommand, COMMAND } from "./messages.ts";
import { performSecure } from "./pin-pad.ts";
import { type CommandHandler } from "./reader-behaviour.ts";
import { type Slot } from "./slot.ts";
import { transferBlock } from "./transfer.ts";

const WRONG_LENGTH = 1;
const WRONG_BYTE_7 = 7;
const AUTO_VOLTAGE = CCID_FEATURE.autoActivation | CCID_FEATURE.autoVoltage;
const AUTO_PROTOCOL = CCID_FEATURE.autoNegotiation | CCID_FEATURE.autoPps;

/** Carries out one command and gives what the reader says to it. */
export async function handleCommand(reader: CommandHandler, slot: Slot, command: CcidCommand): Promise<CcidAnswer> {
  const type = answerType(command.type);
  const fail = (error: number): CcidAnswer => ({ type, commandStatus: 1, error });
  if (command.data.length + 10 > reader.abilities.maxMessageLength) return fail(WRONG_LENGTH);
  switch (command.type) {
    case COMMAND.getSlotStatus:
      return { type, specific: slot.clockStopped ? 1 : 0 };
    case COMMAND.iccPowerOn:
      return powerOn(reader, slot, command, fail);
    case COMMAND.iccPowerOff:
      await slot.card?.powerOff?.();
      slot.powerOff();
      return { type, specific: 1 };
    case COMMAND.xfrBlock:
      return transferBlock(reader, slot, command);
    case COMMAND.getParameters:
      return { type, data: slot.parameters, specific: slot.protocol };
    case COMMAND.resetParameters:
      slot.resetParameters(slot.protocol);
      return { type, data: slot.parameters, specific: slot.protocol };
    case COMMAND.setParameters:
      return setParameters(reader, slot, command, fail);
    case COMMAND.escape: {
      const answer = await reader.options.escape?.(command.data, slot.index);
      if (answer === undefined) return fail(CCID_ERROR.notSupported);
      return answer instanceof Uint8Array ? { type, data: answer } : { type, ...answer };
    }
    case COMMAND.iccClock:
      if ((reader.abilities.features & CCID_FEATURE.clockStop) === 0) return fail(CCID_ERROR.notSupported);
      slot.clockStopped = command.specific[0] === 1;
      return { type, specific: slot.clockStopped ? 1 : 0 };
    case COMMAND.secure:
      return secure(reader, slot, command, fail);
    case COMMAND.setDataRateAndClockFrequency:
      if (command.data.length !== 8) return fail(WRONG_LENGTH);
      return { type, data: command.data };
    default:
      return { type: ANSWER.slotStatus, commandStatus: 1, error: CCID_ERROR.notSupported };
  }
}

async function powerOn(
  { abilities, options }: CommandHandler,
  slot: Slot,
  command: CcidCommand,
  fail: (error: number) => CcidAnswer,
): Promise<CcidAnswer> {
  const [voltage] = command.specific;
  if (voltage > 3 || (voltage === 0 && (abilities.features & AUTO_VOLTAGE) === 0)) return fail(WRONG_BYTE_7);
  const { card } = slot;
  if (card === undefined) {
    const made = options.emptySlotAtr;
    return made === undefined
      ? fail(CCID_ERROR.iccMute)
      : { type: ANSWER.dataBlock, data: made.atr, iccStatus: 0, error: made.error };
  }
  if (slot.powered) await card.powerOff?.();
  slot.powerOff();
  if (card.atr.length === 0) return fail(CCID_ERROR.iccMute);
  await card.powerOn?.();
  // it may have been taken away meanwhile
  if (slot.card !== card) return fail(CCID_ERROR.iccMute);
  slot.powerOn(card);
  return { type: ANSWER.dataBlock, data: card.atr };
}

function setParameters(
  { abilities }: CommandHandler,
  slot: Slot,
  command: CcidCommand,
  fail: (error: number) => CcidAnswer,
): CcidAnswer {
  const [protocol] = command.specific;
  if (protocol !== 0 && protocol !== 1) return fail(WRONG_BYTE_7);
  if (command.data.length !== (protocol === 0 ? 5 : 7)) return fail(WRONG_LENGTH);
  slot.protocol = protocol;
  slot.parameters = command.data;
  // a reader that does not see to the protocol believes that the host has
  if ((abilities.features & AUTO_PROTOCOL) !== 0) slot.contact?.select(protocol);
  return { type: ANSWER.parameters, data: slot.parameters, specific: protocol };
}

async function secure(
  reader: CommandHandler,
  slot: Slot,
  command: CcidCommand,
  fail: (error: number) => CcidAnswer,
): Promise<CcidAnswer> {
  const { pinPad } = reader.options;
  if (pinPad === undefined) return fail(CCID_ERROR.notSupported);
  if (!slot.powered) return fail(CCID_ERROR.iccMute);
  const outcome = await performSecure(command.data, slot.index, pinPad);
  if ("error" in outcome) return fail(outcome.error);
  const prologue = reader.abilities.level === "tpdu" && slot.protocol === 1 ? teoPrologue(command.data) : undefined;
  if (prologue === undefined) return transferBlock(reader, slot, { ...command, data: outcome.command });
  // T=1 at TPDU level: the host says NAD and PCB, the reader makes the block (CCID 1.1, bTeoPrologue)
  const block = concatBytes(prologue, Uint8Array.of(outcome.command.length), outcome.command);
  const data = concatBytes(block, Uint8Array.of(block.reduce((sum, byte) => sum ^ byte, 0)));
  return transferBlock(reader, slot, { ...command, data });
}

/** NAD and PCB; LEN, the third, grows with the PIN. */
function teoPrologue(structure: Uint8Array): Uint8Array {
  if (structure[0] === 0) return structure.subarray(12, 14);
  const messages = structure[11] ?? 0;
  const start = 15 + (messages === 0 ? 0 : 1) + (messages === 3 ? 1 : 0);
  return structure.subarray(start, start + 2);
}
