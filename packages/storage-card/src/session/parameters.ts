import { StatusWord } from "../status-word.ts";
import type { StorageCommand } from "../storage-command.ts";
import { type DataObject, SessionTag } from "./data-objects.ts";
import { ObjectWriter } from "./object-writer.ts";

/** Tags inside the parameter objects FF6D and FF6E (PC/SC part 3 supplement 2). */
export const SessionParameter = {
  /** Frame size for proximity coupling device and card, as integers. */
  FSDI: 0x01,
  FSCI: 0x02,
  /** Frame waiting time integer: 302 µs doubled so many times. */
  FWTI: 0x03,
  MAXIMUM_SPEED: 0x04,
  CURRENT_SPEED: 0x05,
  MODULATION_INDEX: 0x06,
  PCB: 0x07,
  CID: 0x08,
  NAD: 0x09,
  /** Param 1 to 4 of ATTRIB, 4 bytes. */
  ATTRIB_PARAMETERS: 0x0a,
  /** Data coding towards an ISO/IEC 15693 card. */
  DATA_CODING: 0x0b,
} as const;

function parameterLength(tag: number): number | undefined {
  if (tag === SessionParameter.ATTRIB_PARAMETERS) return 4;
  return tag >= SessionParameter.FSDI && tag <= SessionParameter.DATA_CODING ? 1 : undefined;
}

/** 256 × 16 carrier periods of 13.56 MHz. */
const FRAME_WAITING_UNIT_US = 302.06;
const LARGEST_FWTI = 14;

/** The receive timeout that the parameter FWTI stands for; `undefined` when it has not been set. */
export function frameWaitingTimeUs(parameters: ReadonlyMap<number, Uint8Array>): number | undefined {
  const integer = parameters.get(SessionParameter.FWTI)?.[0];
  return integer === undefined ? undefined : Math.ceil(FRAME_WAITING_UNIT_US * 2 ** integer);
}

/** Get parameters (FF6D): pairs of tag and 00. Those never set are zeros. */
export function getParameters(command: StorageCommand, object: DataObject, answer: ObjectWriter): number {
  if (object.length === 0 || object.length % 2 !== 0) return StatusWord.WRONG_LENGTH;
  const values = new ObjectWriter();
  for (let at = object.start; at < object.next; at += 2) {
    const tag = command.data(at);
    const length = parameterLength(tag);
    if (length === undefined) return StatusWord.FUNCTION_NOT_SUPPORTED;
    if (command.data(at + 1) !== 0) return StatusWord.WRONG_LENGTH;
    values.append(tag, command.card.session.parameters.get(tag) ?? new Uint8Array(length));
  }
  answer.appendBer(SessionTag.GET_PARAMETERS, values.bytes());
  return StatusWord.OK;
}

/** Set parameters (FF6E): tag, length, value, repeated. Nothing is set unless all can be. */
export function setParameters(command: StorageCommand, object: DataObject): number {
  if (object.length === 0) return StatusWord.WRONG_LENGTH;
  const values: [number, Uint8Array][] = [];
  for (let at = object.start; at < object.next;) {
    const tag = command.data(at);
    const length = parameterLength(tag);
    if (length === undefined) return StatusWord.FUNCTION_NOT_SUPPORTED;
    if (at + 2 + length > object.next || command.data(at + 1) !== length) return StatusWord.WRONG_LENGTH;
    const value = command.copyData(at + 2, length);
    if (tag === SessionParameter.FWTI && (value[0] ?? 0) > LARGEST_FWTI) return StatusWord.WRONG_VALUE;
    // a storage card stays at the speed of its selection
    if (tag === SessionParameter.CURRENT_SPEED && value[0] !== 0) return StatusWord.WRONG_VALUE;
    values.push([tag, value]);
    at += 2 + length;
  }
  for (const [tag, value] of values) command.card.session.parameters.set(tag, value);
  return StatusWord.OK;
}
