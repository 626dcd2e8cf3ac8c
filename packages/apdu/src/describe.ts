import { isFormatError, toHex } from "@cardwire/core";
import { parseClassByte } from "./class-byte.ts";
import { parseCommandApdu } from "./command-apdu.ts";
import { DESFIRE_STATUS_WORDS } from "./desfire-status-words.ts";
import { instructionName } from "./instruction-names.ts";
import {
  PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS,
  PCSC_GET_DATA_STATUS_WORDS,
  PCSC_LOAD_KEYS_STATUS_WORDS,
  PCSC_READ_BINARY_STATUS_WORDS,
  PCSC_UPDATE_BINARY_STATUS_WORDS,
  PCSC_VERIFY_STATUS_WORDS,
} from "./pcsc-status-words.ts";
import { parseResponseApdu } from "./response-apdu.ts";
import { describeStatusWord, type StatusWordTable } from "./status-word.ts";

function byteHex(value: number): string {
  return toHex(Uint8Array.of(value));
}

function count(length: number): string {
  return length === 1 ? "1 byte" : `${length} bytes`;
}

/** Runs a printer over bytes that may be anything: what is refused is printed as the refusal. */
function total(bytes: Uint8Array, kind: string, print: () => string): string {
  try {
    return print();
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return `no ${kind} APDU (${count(bytes.length)}): ${error.message}`;
  }
}

/**
 * A command in one line: the instruction's name, P1 P2, the length of the data, Ne, and what CLA says. Bytes that are no
 * command APDU give a line that says why; nothing is thrown.
 */
export function describeCommand(bytes: Uint8Array): string {
  return total(bytes, "command", () => {
    const command = parseCommandApdu(bytes);
    const { cla, ins, p1, p2, data, ne, extended } = command;
    const name = instructionName(command) ?? `CLA ${byteHex(cla)} INS ${byteHex(ins)}`;
    let line = `${name}, P1 P2 ${byteHex(p1)} ${byteHex(p2)}`;
    if (data.length > 0) line += `, ${count(data.length)} of data`;
    if (ne > 0) line += `, Ne ${ne}`;
    if (extended) line += ", extended";
    const classByte = parseClassByte(cla);
    if (classByte.kind === "interindustry") {
      if (classByte.channel > 0) line += `, channel ${classByte.channel}`;
      if (classByte.secureMessaging !== "none") line += `, secure messaging ${classByte.secureMessaging}`;
      if (classByte.chaining) line += ", more to come";
    }
    return line;
  });
}

/**
 * A response in one line: the length of its data, the status word, its name and meaning. Bytes that are no response APDU
 * give a line that says why; nothing is thrown.
 *
 * @param tables where to look before ISO/IEC 7816-4's table; {@link statusWordTables} finds those that suit a command.
 */
export function describeResponse(bytes: Uint8Array, ...tables: readonly StatusWordTable[]): string {
  return total(bytes, "response", () => {
    const { data, sw } = parseResponseApdu(bytes);
    const { name, meaning } = describeStatusWord(sw, ...tables);
    const digits = byteHex(sw >>> 8) + byteHex(sw & 0xff);
    return `${data.length > 0 ? `${count(data.length)} of data, ` : ""}${digits}${name === undefined ? "" : ` ${name}`}: ${meaning}`;
  });
}

const PCSC_TABLES: Readonly<Record<number, StatusWordTable>> = {
  0x20: PCSC_VERIFY_STATUS_WORDS,
  0x82: PCSC_LOAD_KEYS_STATUS_WORDS,
  0x86: PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS,
  0x88: PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS,
  0xb0: PCSC_READ_BINARY_STATUS_WORDS,
  0xca: PCSC_GET_DATA_STATUS_WORDS,
  0xd6: PCSC_UPDATE_BINARY_STATUS_WORDS,
};

/** The tables that tell what the status word after this command means, beside ISO/IEC 7816-4's. */
export function statusWordTables(command: Uint8Array): readonly StatusWordTable[] {
  if (command[0] === 0x90) return [DESFIRE_STATUS_WORDS];
  const table = command[0] === 0xff ? PCSC_TABLES[command[1] ?? -1] : undefined;
  return table === undefined ? [] : [table];
}
