import { FormatError, readUint32LE, writeUint32LE } from "@cardwire/core";
import { commandName, type CommandName, PC_TO_RDR } from "./message-types.ts";

/** Bytes of every bulk message before its data. */
export const HEADER_BYTES = 10;
const NO_DATA = new Uint8Array(0);

/** A message to the reader without the number that it gets on its way (USB CCID 1.1, section 6.1). */
export interface CcidCommand {
  readonly name: CommandName;
  /** Byte 7: bPowerSelect, bProtocolNum, bBWI, bClockCommand, bFunction, bmChanges; 0 where it is reserved. */
  readonly byte7?: number;
  /** Byte 8: the low byte of wLevelParameter, or bClassGetResponse. */
  readonly byte8?: number;
  /** Byte 9: the high byte of wLevelParameter, or bClassEnvelope. */
  readonly byte9?: number;
  readonly data?: Uint8Array;
}

/** A message to the reader, complete. */
export interface CommandMessage extends Required<CcidCommand> {
  readonly slot: number;
  readonly sequence: number;
}

/**
 * A message as it goes over the bulk endpoint.
 *
 * @throws FormatError INVALID_VALUE naming the field that is no byte.
 */
export function encodeCommand(command: CcidCommand, slot: number, sequence: number): Uint8Array<ArrayBuffer> {
  const { name, byte7 = 0, byte8 = 0, byte9 = 0, data = NO_DATA } = command;
  const bytes = new Uint8Array(HEADER_BYTES + data.length);
  bytes[0] = PC_TO_RDR[name];
  writeUint32LE(bytes, 1, data.length, "dwLength");
  bytes[5] = byteOf(slot, "bSlot", 5);
  bytes[6] = byteOf(sequence, "bSeq", 6);
  bytes[7] = byteOf(byte7, `${name} byte 7`, 7);
  bytes[8] = byteOf(byte8, `${name} byte 8`, 8);
  bytes[9] = byteOf(byte9, `${name} byte 9`, 9);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

function byteOf(value: number, field: string, offset: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff)
    throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field, offset });
  return value;
}

/**
 * Takes a message to the reader apart: for readers in software, and for logs.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another length than dwLength says, INVALID_VALUE for an unknown
 *   bMessageType.
 */
export function parseCommand(bytes: Uint8Array): CommandMessage {
  checkLength(bytes);
  const name = commandName(bytes[0] ?? 0);
  if (name === undefined)
    throw new FormatError("INVALID_VALUE", "is no message to the reader", { field: "bMessageType", offset: 0 });
  return {
    name,
    slot: bytes[5] ?? 0,
    sequence: bytes[6] ?? 0,
    byte7: bytes[7] ?? 0,
    byte8: bytes[8] ?? 0,
    byte9: bytes[9] ?? 0,
    data: bytes.slice(HEADER_BYTES),
  };
}

/** The length of a bulk message is what its header says. @throws FormatError TOO_SHORT or LEFT_OVER. */
export function checkLength(bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES)
    throw new FormatError("TOO_SHORT", `a message has 10 bytes or more, these are ${bytes.length}`, {
      field: "header",
      offset: bytes.length,
    });
  const length = readUint32LE(bytes, 1, "dwLength");
  const there = bytes.length - HEADER_BYTES;
  if (there !== length)
    throw new FormatError(there < length ? "TOO_SHORT" : "LEFT_OVER", `${length} announced, ${there} there`, {
      field: "dwLength",
      offset: 1,
    });
}
