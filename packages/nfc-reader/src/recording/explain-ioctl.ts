import { describeAtr } from "@cardwire/atr/describe";
import { isFormatError, readUint32LE } from "@cardwire/core";
import {
  attributeName,
  type AttributeName,
  decodeAttribute,
  describeNtStatus,
  IOCTL_SMARTCARD,
  ioctlName,
  ntStatusName,
  PCI_BYTES,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";
import { explainCommand, explainResponse } from "@cardwire/apdu/log";
import type { LadderLine, LadderRung } from "./ladder-rung.ts";

type RungWords = Pick<LadderRung, "title" | "note" | "ok" | "lines">;

/** What is asked of the reader. */
export function explainIoctlDown(code: number, input: Uint8Array, outputLength: number): RungWords {
  const title = nameOf(code);
  const room = outputLength === 0 ? "" : `room for ${outputLength} bytes`;
  switch (code) {
    case IOCTL_SMARTCARD.TRANSMIT:
      return { title, note: room, lines: transmitLines(input, explainCommand) };
    case IOCTL_SMARTCARD.GET_ATTRIBUTE:
    case IOCTL_SMARTCARD.SET_ATTRIBUTE:
      return {
        title,
        note: word(input, attributeName),
        lines: dwordThen(input, "attribute", attributeText, (rest) => [line(rest, 4, "value", "")]),
      };
    case IOCTL_SMARTCARD.POWER:
      return { title, note: word(input, powerName), lines: dwordThen(input, "action", powerName) };
    case IOCTL_SMARTCARD.SET_PROTOCOL:
      return { title, note: word(input, protocolNames), lines: dwordThen(input, "protocols", protocolNames) };
    case IOCTL_SMARTCARD.IS_PRESENT:
      return { title, note: "answered when a card comes", lines: plain(input) };
    case IOCTL_SMARTCARD.IS_ABSENT:
      return { title, note: "answered when the card goes", lines: plain(input) };
    default:
      return { title, note: "", lines: plain(input) };
  }
}

/** What the reader answers; `input` and `command` are what was asked. */
export function explainIoctlUp(
  code: number,
  status: number,
  output: Uint8Array,
  input: Uint8Array | undefined,
): RungWords {
  const statusName = ntStatusName(status);
  const title = `${nameOf(code)} ${statusName ?? hex32(status)}`;
  const ok = status === 0;
  if (!ok) return { title, note: describeNtStatus(status), ok, lines: plain(output) };
  switch (code) {
    case IOCTL_SMARTCARD.TRANSMIT:
      return {
        title,
        note: "",
        ok,
        lines: transmitLines(output, (apdu) => explainResponse(apdu, input?.subarray(PCI_BYTES))),
      };
    case IOCTL_SMARTCARD.GET_ATTRIBUTE: {
      const attribute = input === undefined ? undefined : attributeOf(input);
      return { title, note: attribute ?? "", ok, lines: attributeLines(attribute, output) };
    }
    case IOCTL_SMARTCARD.SET_PROTOCOL:
      return { title, note: word(output, protocolNames), ok, lines: dwordThen(output, "protocol", protocolNames) };
    case IOCTL_SMARTCARD.GET_STATE:
      return { title, note: word(output, stateName), ok, lines: dwordThen(output, "state", stateName) };
    case IOCTL_SMARTCARD.POWER:
      return { title, note: "", ok, lines: describeAtr(output) };
    default:
      return { title, note: "", ok, lines: plain(output) };
  }
}

/** SCARD_IO_REQUEST and an APDU (DDI page of IOCTL_SMARTCARD_TRANSMIT). */
function transmitLines(buffer: Uint8Array, explain: (apdu: Uint8Array) => readonly LadderLine[]): LadderLine[] {
  if (buffer.length < PCI_BYTES) return plain(buffer);
  return [
    line(buffer.subarray(0, 4), 0, "dwProtocol", protocolNames(readUint32LE(buffer, 0, "dwProtocol"))),
    line(buffer.subarray(4, 8), 4, "cbPciLength", "these two words have 8 bytes"),
    ...explain(buffer.subarray(PCI_BYTES)).map((part) => ({ ...part, offset: part.offset + PCI_BYTES })),
  ];
}

function attributeLines(attribute: AttributeName | undefined, output: Uint8Array): readonly LadderLine[] {
  if (output.length === 0) return [];
  if (attribute === undefined) return plain(output);
  if (attribute === "ATR_STRING") return describeAtr(output);
  try {
    const value: number | string | Uint8Array = decodeAttribute(attribute, output);
    if (typeof value === "object") return [line(output, 0, attribute, "")];
    return [
      line(output, 0, attribute, typeof value === "string" ? `"${value}" and the NUL that ends it` : numberText(value)),
    ];
  } catch (error) {
    if (!isFormatError(error)) throw error;
    return [line(output, 0, attribute, error.message)];
  }
}

function attributeOf(input: Uint8Array): AttributeName | undefined {
  return input.length < 4 ? undefined : attributeName(readUint32LE(input, 0, "attribute"));
}

function attributeText(value: number): string {
  const name = attributeName(value);
  return `${name === undefined ? "unknown" : `SCARD_ATTR_${name}`}, ${hex32(value)} with its low byte first`;
}

function numberText(value: number): string {
  return value < 10 ? String(value) : `${value} (0x${value.toString(16).toUpperCase()})`;
}

function protocolNames(mask: number): string {
  const names = (["T0", "T1", "RAW"] as const).filter((name) => (mask & SCARD_PROTOCOL[name]) !== 0);
  return names.length === 0 ? "OPTIMAL" : names.join(" or ").replaceAll("T", "T=");
}

function powerName(value: number): string | undefined {
  return keyOf(SCARD_POWER, value);
}

function stateName(value: number): string | undefined {
  return keyOf(SCARD_READER_STATE, value);
}

function keyOf(table: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.keys(table).find((name) => table[name] === value);
}

function nameOf(code: number): string {
  return ioctlName(code) ?? hex32(code);
}

function hex32(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, "0")}`;
}

function word(buffer: Uint8Array, name: (value: number) => string | undefined): string {
  return buffer.length < 4 ? "" : (name(readUint32LE(buffer, 0, "value")) ?? "");
}

function dwordThen(
  buffer: Uint8Array,
  field: string,
  meaning: (value: number) => string | undefined,
  rest: (bytes: Uint8Array) => readonly LadderLine[] = (bytes) => [line(bytes, 4, "more", "")],
): LadderLine[] {
  if (buffer.length < 4) return plain(buffer);
  return [
    line(buffer.subarray(0, 4), 0, field, meaning(readUint32LE(buffer, 0, field)) ?? "unknown"),
    ...(buffer.length > 4 ? rest(buffer.subarray(4)) : []),
  ];
}

function plain(bytes: Uint8Array): LadderLine[] {
  return bytes.length === 0 ? [] : [line(bytes, 0, "bytes", "")];
}

function line(bytes: Uint8Array, offset: number, field: string, meaning: string): LadderLine {
  return { bytes, offset, field, meaning };
}
