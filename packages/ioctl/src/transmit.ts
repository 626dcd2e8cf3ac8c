import { FormatError, readUint32LE, writeUint32LE } from "@cardwire/core";
import { SCARD_PROTOCOL } from "./reader-state.ts";

/** Size of SCARD_IO_REQUEST: dwProtocol and cbPciLength, a little-endian DWORD each. */
export const PCI_BYTES = 8;

/** The input of IOCTL_SMARTCARD_TRANSMIT, taken apart. */
export interface TransmitInput {
  /** dwProtocol: {@link SCARD_PROTOCOL}.T1 for NFC. */
  readonly protocol: number;
  /** cbPciLength, which should be 8; the APDU begins at offset 8 whatever it says. */
  readonly pciLength: number;
  /** The command APDU, a copy. */
  readonly command: Uint8Array<ArrayBuffer>;
}

/** The output of IOCTL_SMARTCARD_TRANSMIT, taken apart. */
export interface TransmitOutput {
  readonly protocol: number;
  /** Response data, SW1, SW2; a copy. */
  readonly response: Uint8Array<ArrayBuffer>;
}

/** Below this, a loop is faster than a view and a block copy: most APDUs are this short. */
const SHORT_BYTES = 32;

function copy(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length > SHORT_BYTES) target.set(source.subarray(from, from + length), to);
  else for (let index = 0; index < length; index++) target[to + index] = source[from + index] ?? 0;
}

function withoutPci(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(buffer.length - PCI_BYTES);
  copy(buffer, PCI_BYTES, data, 0, data.length);
  return data;
}

function withPci(data: Uint8Array, protocol: number): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(PCI_BYTES + data.length);
  writeUint32LE(buffer, 0, protocol, "dwProtocol");
  buffer[4] = PCI_BYTES;
  copy(data, 0, buffer, PCI_BYTES, data.length);
  return buffer;
}

/**
 * SCARD_IO_REQUEST and a command APDU (DDI page of IOCTL_SMARTCARD_TRANSMIT).
 *
 * @param command 1 byte or more.
 * @throws FormatError TOO_SHORT for an empty command.
 */
export function encodeTransmitInput(
  command: Uint8Array,
  protocol: number = SCARD_PROTOCOL.T1,
): Uint8Array<ArrayBuffer> {
  if (command.length === 0)
    throw new FormatError("TOO_SHORT", "a command has one byte or more", { field: "command", offset: PCI_BYTES });
  return withPci(command, protocol);
}

/** @throws FormatError TOO_SHORT for less than 9 bytes. */
export function parseTransmitInput(input: Uint8Array): TransmitInput {
  const protocol = readUint32LE(input, 0, "dwProtocol");
  const pciLength = readUint32LE(input, 4, "cbPciLength");
  if (input.length <= PCI_BYTES)
    throw new FormatError("TOO_SHORT", "a command has one byte or more", { field: "command", offset: PCI_BYTES });
  return { protocol, pciLength, command: withoutPci(input) };
}

/**
 * SCARD_IO_REQUEST and a response APDU.
 *
 * @param response SW1 and SW2 at least.
 * @throws FormatError TOO_SHORT for a response without a status word.
 */
export function encodeTransmitOutput(
  response: Uint8Array,
  protocol: number = SCARD_PROTOCOL.T1,
): Uint8Array<ArrayBuffer> {
  if (response.length < 2)
    throw new FormatError("TOO_SHORT", "a response ends in SW1 SW2", { field: "response", offset: PCI_BYTES });
  return withPci(response, protocol);
}

/** @throws FormatError TOO_SHORT for less than 10 bytes, INVALID_VALUE for a cbPciLength other than 8. */
export function parseTransmitOutput(output: Uint8Array): TransmitOutput {
  const protocol = readUint32LE(output, 0, "dwProtocol");
  const pciLength = readUint32LE(output, 4, "cbPciLength");
  if (pciLength !== PCI_BYTES)
    throw new FormatError("INVALID_VALUE", `${pciLength} is not 8`, { field: "cbPciLength", offset: 4 });
  if (output.length < PCI_BYTES + 2)
    throw new FormatError("TOO_SHORT", "a response ends in SW1 SW2", { field: "response", offset: PCI_BYTES });
  return { protocol, response: withoutPci(output) };
}
