import { isFormatError, readUint32LE, toHex } from "@cardwire/core";
import type { ApduLines } from "./apdu-lines.ts";
import type { CommandApdu } from "./command-apdu.ts";
import { parseTlv } from "./parse-tlv.ts";
import type { Tlv } from "./tlv.ts";
import { plural } from "./words.ts";

/** P1 and P2 of the commands to the reader (PC/SC part 3 section 3.2.2.1 and supplement 2). */
export function explainPcscParameters(lines: ApduLines, { ins, p1, p2 }: CommandApdu): void {
  switch (ins) {
    case 0xca:
      lines.take(
        1,
        "P1",
        p1 === 0 ? "the UID (PUPI, IDm)" : p1 === 1 ? "the historical bytes of the ATS" : "an item of the reader's own",
      );
      lines.take(1, "P2", "");
      return;
    case 0x82:
      lines.take(1, "P1", keyStructure(p1));
      lines.take(1, "P2", `as key number ${p2}`);
      return;
    case 0xb0:
    case 0xd6:
      lines.take(2, "P1 P2", `address ${toHex(Uint8Array.of(p1, p2))}: block or page, as the card's family counts`);
      return;
    case 0x20:
      lines.take(2, "P1 P2", "which reference data");
      return;
    case 0xc2:
      lines.take(1, "P1", "");
      lines.take(1, "P2", SESSION[p2] ?? "an unknown kind of session command");
      return;
    default:
      lines.take(1, "P1", "");
      lines.take(1, "P2", "");
  }
}

const SESSION = [
  "manage the session",
  "transparent exchange: frames to the card as they are",
  "switch protocol",
  "increment or decrement",
];

function keyStructure(p1: number): string {
  const kind = p1 & 0x80 ? "a key of the reader's" : "a card's key";
  const form = p1 & 0x40 ? `enciphered with reader key ${p1 & 0x0f}` : "in plain";
  return `${kind}, ${form}, into ${p1 & 0x20 ? "non-volatile" : "volatile"} memory`;
}

/** The data of the commands to the reader. */
export function explainPcscData(lines: ApduLines, command: CommandApdu): void {
  const { ins, data } = command;
  switch (ins) {
    case 0x82:
      lines.take(data.length, "key", plural(data.length, "byte"));
      return;
    case 0x86:
      if (data.length !== 5) break;
      lines.take(1, "version", "of this form: 01");
      lines.take(2, "address", `block or page ${((data[1] ?? 0) << 8) | (data[2] ?? 0)}`);
      lines.take(1, "key type", keyType(data[3] ?? 0));
      lines.take(1, "key number", "where LOAD KEYS put the key");
      return;
    case 0xd6:
      lines.take(data.length, "data", "what is written");
      return;
    case 0xc2:
      explainObjects(lines, data);
      return;
  }
  lines.take(data.length, "data", "");
}

function keyType(byte: number): string {
  if (byte === 0x60) return "key A";
  return byte === 0x61 ? "key B" : "a type of the card's own";
}

/** Data objects of the transparent session (PC/SC part 3, supplement 2), in question and answer. */
const OBJECTS: Readonly<Record<number, string>> = {
  0x80: "version",
  0x81: "start the session",
  0x82: "end the session",
  0x83: "field off",
  0x84: "field on",
  0x8f: "switch to this protocol",
  0x90: "flags: what the reader shall leave undone",
  0x91: "valid bits of the last byte sent",
  0x92: "valid bits of the last byte received",
  0x93: "send, expect no answer",
  0x94: "receive",
  0x95: "send to the card, then receive",
  0x96: "faults of the reception: 00 none",
  0x97: "what the card answered",
  0xa0: "increment",
  0xa1: "decrement",
  0xc0: "outcome: which object failed (00 none), and its status word",
  0x5f46: "timer",
  0x5f51: "the card's answer to reset",
  0xff6d: "ask for parameters",
  0xff6e: "set a parameter",
};

/** Writes a line per data object; bytes that are no objects are told as such. */
export function explainObjects(lines: ApduLines, data: Uint8Array): void {
  let objects: readonly Tlv[];
  try {
    objects = parseTlv(data, { descend: () => false });
  } catch (error) {
    if (!isFormatError(error)) throw error;
    lines.take(data.length, "data objects", error.message);
    return;
  }
  let offset = 0;
  for (const { tag, value } of objects) {
    const header = headerBytes(data, offset, tag);
    const tagHex = tag.toString(16).toUpperCase();
    lines.take(header, `object ${tagHex}`, `${OBJECTS[tag] ?? "unknown"}; ${plural(value.length, "byte")}`);
    lines.take(
      value.length,
      `value of ${tagHex}`,
      tag === 0x5f46 && value.length === 4 ? `${readUint32LE(value, 0, "timer")} µs` : valueText(tag, value),
    );
    offset += header + value.length;
  }
}

function valueText(tag: number, value: Uint8Array): string {
  if (tag === 0xc0 && value.length === 3)
    return value[0] === 0
      ? `nothing failed, ${toHex(value.subarray(1))}`
      : `object ${value[0] ?? 0} failed, ${toHex(value.subarray(1))}`;
  return OBJECTS[tag] ?? "";
}

/** Length of tag and length field; the objects were parsed before, so the bytes are what they must be. */
function headerBytes(data: Uint8Array, offset: number, tag: number): number {
  const tagBytes = tag > 0xffff ? 3 : tag > 0xff ? 2 : 1;
  const length = data[offset + tagBytes] ?? 0;
  return tagBytes + 1 + (length > 0x80 ? length & 0x7f : 0);
}
