import { writeUint32LE } from "@cardwire/core";
import { checkRange } from "./pcsc-command.ts";
import { type TlvInput } from "./tlv.ts";

/*
 * The data objects of the transparent session (PC/SC part 3, supplement 2). The readers carry them out in their order and
 * stop at the first that fails.
 */

function empty(tag: number): TlvInput {
  return { tag, value: new Uint8Array(0) };
}

/** 80: asks the reader's version. The three bytes must be there in the question too. */
export function versionObject(major = 1, minor = 0, build = 0): TlvInput {
  for (const part of [major, minor, build]) checkRange(part, 0, 0xff, "version");
  return { tag: 0x80, value: Uint8Array.of(major, minor, build) };
}

/** 81: starts the transparent session. */
export function startSessionObject(): TlvInput {
  return empty(0x81);
}

/** 82: ends the transparent session. */
export function endSessionObject(): TlvInput {
  return empty(0x82);
}

/** 83: switches the RF field off. */
export function fieldOffObject(): TlvInput {
  return empty(0x83);
}

/** 84: switches the RF field on. */
export function fieldOnObject(): TlvInput {
  return empty(0x84);
}

/** 5F46: how long to wait for the answers that follow, or between 83 and 84 how long the field stays off. */
export function timerObject(timeUs: number): TlvInput {
  const value = new Uint8Array(4);
  writeUint32LE(value, 0, timeUs, "timer");
  return { tag: 0x5f46, value };
}

/** The parameters of FF6D and FF6E. Each is one byte, but for the four of `attribParameters`. */
export const SESSION_PARAMETERS = {
  fsdi: 0x01,
  fsci: 0x02,
  fwti: 0x03,
  readerMaxSpeed: 0x04,
  cardSpeed: 0x05,
  modulationIndex: 0x06,
  pcb: 0x07,
  cid: 0x08,
  nad: 0x09,
  /** Param 1 to 4 of ATTRIB. */
  attribParameters: 0x0a,
  /** Data coding towards an ISO 15693 card. */
  dataCoding: 0x0b,
} as const;

/** The name of a parameter. */
export type SessionParameter = keyof typeof SESSION_PARAMETERS;

/** FF6D: asks for parameters. */
export function getParametersObject(...parameters: readonly SessionParameter[]): TlvInput {
  return { tag: 0xff6d, children: parameters.map((name) => empty(SESSION_PARAMETERS[name])) };
}

/** FF6E: sets one parameter. @throws FormatError when its value has not the length that it must have. */
export function setParameterObject(parameter: SessionParameter, ...value: readonly number[]): TlvInput {
  const length = parameter === "attribParameters" ? 4 : 1;
  checkRange(value.length, length, length, "number of parameter bytes");
  for (const byte of value) checkRange(byte, 0, 0xff, "parameter");
  return {
    tag: 0xff6e,
    children: [{ tag: SESSION_PARAMETERS[parameter], value: Uint8Array.from(value) }],
  };
}

/** What the reader shall leave to the caller; it does all of it when nothing is said. */
export interface TransferFlags {
  /** Append no CRC to what is sent. */
  readonly noTransmitCrc?: boolean;
  /** Neither check nor strip the CRC of what is received. */
  readonly noReceiveCrc?: boolean;
  /** Insert no parity bits. */
  readonly noTransmitParity?: boolean;
  /** Expect no parity bits. */
  readonly noReceiveParity?: boolean;
  /** Neither append nor discard the prologue of ISO/IEC 14443-4: PCB, CID, NAD. */
  readonly noPrologue?: boolean;
}

/** 90: transmission and reception flags, a set bit for each thing not to do, high byte first. */
export function flagsObject(flags: TransferFlags): TlvInput {
  const { noTransmitCrc, noReceiveCrc, noTransmitParity, noReceiveParity, noPrologue } = flags;
  let bits = 0;
  [noTransmitCrc, noReceiveCrc, noTransmitParity, noReceiveParity, noPrologue].forEach((set, bit) => {
    if (set === true) bits |= 1 << bit;
  });
  return { tag: 0x90, value: Uint8Array.of(0, bits) };
}

/** 91: valid bits of the last byte that 93 or 95 sends, 1…8. */
export function transmitBitsObject(bits: number): TlvInput {
  checkRange(bits, 1, 8, "bits");
  return { tag: 0x91, value: Uint8Array.of(bits & 7) };
}

/** 92: valid bits of the last byte that is expected, 1…8. */
export function receiveBitsObject(bits: number): TlvInput {
  checkRange(bits, 1, 8, "bits");
  return { tag: 0x92, value: Uint8Array.of(bits & 7) };
}

/** 93: sends, and expects no answer. */
export function transmitObject(data: Uint8Array): TlvInput {
  return { tag: 0x93, value: data };
}

/** 94: receives. */
export function receiveObject(): TlvInput {
  return empty(0x94);
}

/** 95: sends, then receives. */
export function transceiveObject(data: Uint8Array): TlvInput {
  return { tag: 0x95, value: data };
}

/** The first byte of 8F. */
export const SWITCH_STANDARDS = {
  "iso14443-a": 0x00,
  "iso14443-b": 0x01,
  iso15693: 0x02,
  felica: 0x03,
  "icode-epc-uid": 0x04,
  icode1: 0x05,
  "iso18000-3": 0x06,
  innovatron: 0x07,
} as const;

/** A standard that Switch Protocol can name. */
export type SwitchStandard = keyof typeof SWITCH_STANDARDS;

/** 8F: the protocol to switch to. */
export function switchProtocolObject(standard: SwitchStandard, layer: number): TlvInput {
  checkRange(layer, 0, 0xff, "layer");
  return { tag: 0x8f, value: Uint8Array.of(SWITCH_STANDARDS[standard], layer) };
}
