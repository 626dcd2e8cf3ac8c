import { FormatError, readUint32LE, writeUint32LE } from "@cardwire/core";
import { SCARD_POWER, SCARD_READER_STATE, type ReaderState, type ReaderStateName } from "./reader-state.ts";
import { nameIn } from "./names.ts";

function dword(value: number, field: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  writeUint32LE(bytes, 0, value, field);
  return bytes;
}

function onlyDword(bytes: Uint8Array, field: string): number {
  const value = readUint32LE(bytes, 0, field);
  if (bytes.length > 4)
    throw new FormatError("LEFT_OVER", `${bytes.length - 4} bytes after the DWORD`, { field, offset: 4 });
  return value;
}

/** The input of IOCTL_SMARTCARD_GET_ATTRIBUTE: the tag. */
export function encodeGetAttributeInput(tag: number): Uint8Array<ArrayBuffer> {
  return dword(tag, "tag");
}

/** The tag. Bytes after it are ignored, as the contract has it. @throws FormatError TOO_SHORT for less than 4 bytes. */
export function parseGetAttributeInput(input: Uint8Array): number {
  return readUint32LE(input, 0, "tag");
}

/** The input of IOCTL_SMARTCARD_SET_ATTRIBUTE: the tag and the value, which may be empty. */
export function encodeSetAttributeInput(tag: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + value.length);
  writeUint32LE(bytes, 0, tag, "tag");
  bytes.set(value, 4);
  return bytes;
}

/** Tag and value (a copy). @throws FormatError TOO_SHORT for less than 4 bytes. */
export function parseSetAttributeInput(input: Uint8Array): { readonly tag: number; readonly value: Uint8Array } {
  return { tag: readUint32LE(input, 0, "tag"), value: new Uint8Array(input.subarray(4)) };
}

/** The input of IOCTL_SMARTCARD_POWER: one of {@link SCARD_POWER}. */
export function encodePowerInput(action: number): Uint8Array<ArrayBuffer> {
  if (nameIn(SCARD_POWER, action) === undefined)
    throw new FormatError("INVALID_VALUE", `${action} is not 0, 1 or 2`, { field: "power", offset: 0 });
  return dword(action, "power");
}

/**
 * The action, whatever its value: a reader looks for a card before it judges the value. Bytes after it are ignored, as
 * the contract has it.
 *
 * @throws FormatError TOO_SHORT for less than 4 bytes.
 */
export function parsePowerInput(input: Uint8Array): number {
  return readUint32LE(input, 0, "power");
}

/** Input of IOCTL_SMARTCARD_SET_PROTOCOL (a mask) and its output (one bit): bits of {@link SCARD_PROTOCOL}. */
export function encodeProtocol(protocol: number): Uint8Array<ArrayBuffer> {
  return dword(protocol, "protocol");
}

/** The mask of a SET_PROTOCOL input. Bytes after it are ignored. @throws FormatError TOO_SHORT for less than 4 bytes. */
export function parseProtocolInput(input: Uint8Array): number {
  return readUint32LE(input, 0, "protocol");
}

/** The protocol of a SET_PROTOCOL output. @throws FormatError unless it has 4 bytes. */
export function parseProtocolOutput(output: Uint8Array): number {
  return onlyDword(output, "protocol");
}

/** The output of IOCTL_SMARTCARD_GET_STATE. */
export function encodeReaderState(state: ReaderState): Uint8Array<ArrayBuffer> {
  return dword(state, "state");
}

/** @throws FormatError unless it has 4 bytes and one of the seven states. */
export function parseReaderState(output: Uint8Array): ReaderState {
  const state = onlyDword(output, "state");
  const name: ReaderStateName | undefined = nameIn(SCARD_READER_STATE, state);
  if (name === undefined)
    throw new FormatError("INVALID_VALUE", `${state} is no reader state`, { field: "state", offset: 0 });
  return SCARD_READER_STATE[name];
}

/** The output of IOCTL_SMARTCARD_GET_LAST_ERROR: an NTSTATUS. */
export function encodeLastError(status: number): Uint8Array<ArrayBuffer> {
  return dword(status, "status");
}

/** @throws FormatError unless it has 4 bytes. */
export function parseLastError(output: Uint8Array): number {
  return onlyDword(output, "status");
}
