import type { NdefMessage, NdefRecord } from "@cardwire/ndef";
import type { CardMemory, TapIdentity } from "cardwire";
import { hex, spaced } from "./hex.ts";

/** An NDEF message, a line for each record. */
export function ndefText(message: NdefMessage | undefined): string {
  if (message === undefined) return "the tag is not formatted for NDEF";
  if (message.records.length === 0) return "formatted, and empty";
  return message.records.map(recordText).join("\n");
}

function recordText({ recordType, mediaType, data, encoding, lang }: NdefRecord): string {
  const kind = mediaType ?? recordType;
  if (data === null) return kind;
  if (recordType === "text")
    return `text: “${new TextDecoder(encoding ?? "utf-8").decode(data)}”${lang === null ? "" : ` (${lang})`}`;
  if (recordType.endsWith("url")) return `${kind}: ${new TextDecoder().decode(data)}`;
  return `${kind}: ${spaced(data)}`;
}

/** What a card is, a line for each thing that is known. */
export function identityText(identity: TapIdentity): string {
  const { name, evidence, userBytes, memoryBytes, ndef, isLocked, isProtected, applications } = identity;
  return [
    name,
    ...evidence.map((what) => `known by ${what}`),
    ...(userBytes === undefined ? [] : [`${userBytes} bytes for the user`]),
    ...(memoryBytes === undefined ? [] : [`${memoryBytes} bytes in all`]),
    ...(ndef === undefined ? [] : [`NDEF: ${ndef.status}, ${ndef.messageBytes} of ${ndef.capacityBytes} bytes`]),
    ...(isLocked === true ? ["some of it is locked for ever"] : []),
    ...(isProtected === true ? ["some of it wants a password or a key"] : []),
    ...applications,
  ].join("\n");
}

/** A memory as a hex dump with the name of each area; runs of the same unit are one line. */
export function memoryText(memory: CardMemory | undefined): string {
  if (memory === undefined) return "nobody knows the layout of this memory";
  const { unit, unitBytes, areas } = memory;
  return areas
    .map(({ name, part, address, units, bytes, problem }) => {
      const title = `${part === undefined ? "" : `${part}, `}${name}`;
      const where = units === 1 ? `${unit} ${hex(address)}` : `${unit}s ${hex(address)}–${hex(address + units - 1)}`;
      if (bytes === undefined) return `${where}  ${title}: ${problem ?? "not read"}`;
      return `${where}  ${title}\n${dumpLines(bytes, unitBytes, address).join("\n")}`;
    })
    .join("\n");
}

function dumpLines(bytes: Uint8Array, unitBytes: number, first: number): string[] {
  const lines: string[] = [];
  const step = Math.max(16, unitBytes);
  let before = "";
  for (let offset = 0; offset < bytes.length; offset += step) {
    const row = bytes.subarray(offset, offset + step);
    const text = spaced(row);
    if (text === before && offset + step < bytes.length) {
      if (lines.at(-1) !== "    …") lines.push("    …");
    } else lines.push(`    ${hex(first + offset / unitBytes)}  ${text.padEnd(step * 3)} ${printable(row)}`);
    before = text;
  }
  return lines;
}

function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
}
