import { type NdefMessage, type NdefRecord, rawOf } from "@cardwire/ndef";
import type { NdefState } from "../tap-report.ts";
import { spaced } from "./hex.ts";
import type { Style } from "./style.ts";

const BYTES_SHOWN = 32;

/** An NDEF message, a line for each record. */
export function ndefLines({ records }: NdefMessage, style: Style): string[] {
  if (records.length === 0) return [style.dim("formatted, empty")];
  return records.map((record) => recordLine(record, style));
}

/** What NDEF is like on a card, in one line: "NFC Forum Type 2 1.0, 38 of 137 bytes, writable". */
export function ndefStateText(state: NdefState): string {
  const { type, status, version, messageBytes, capacityBytes, readAccess, writeAccess } = state;
  const name = type === "mifare-classic" ? "MIFARE Classic" : `NFC Forum Type ${type}`;
  if (status === "unformatted") return `${name}, not formatted`;
  const words = [
    version === undefined ? name : `${name} ${version}`,
    `${messageBytes} of ${capacityBytes} bytes`,
    ...(status === "interrupted" ? ["a write was begun and not ended"] : []),
    ...(readAccess === "protected" ? ["protected from reading"] : []),
    { open: "writable", protected: "protected from writing", "read-only": "read-only" }[writeAccess],
  ];
  return words.join(", ");
}

function recordLine(record: NdefRecord, style: Style): string {
  const type = style.good(record.mediaType ?? record.recordType);
  const id = record.id === null ? "" : style.dim(`  id ${record.id}`);
  if (record.error !== undefined) return `${type}  ${style.bad(record.error.message)}${id}`;
  return `${type}  ${contentText(record, style)}${id}`.trimEnd();
}

function contentText(record: NdefRecord, style: Style): string {
  const { recordType, data, encoding, lang } = record;
  if (data === null) return "";
  switch (recordType) {
    case "text": {
      const text = new TextDecoder(encoding ?? "utf-8").decode(data);
      return `${JSON.stringify(text)}${lang === null ? "" : style.dim(`  ${lang}`)}`;
    }
    case "url":
    case "absolute-url":
      return new TextDecoder().decode(data);
    default: {
      const { payload } = rawOf(record);
      const more = payload.length > BYTES_SHOWN ? style.dim(` … ${payload.length} bytes`) : "";
      return `${spaced(payload.subarray(0, BYTES_SHOWN))}${more}`;
    }
  }
}
