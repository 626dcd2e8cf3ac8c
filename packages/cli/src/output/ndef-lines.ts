import { parseText, parseUri, type RawRecord, Tnf } from "@cardwire/ndef";
import type { NdefMessage } from "cardwire";
import { printable, spaced } from "./hex.ts";
import type { Style } from "./style.ts";

/** An NDEF message, a line for each record. */
export function ndefLines(message: NdefMessage, style: Style): string[] {
  if (message.records.length === 0) return [style.dim("empty message")];
  return message.records.map((record) => recordLine(record, style));
}

const BYTES_SHOWN = 32;

function recordLine(record: RawRecord, style: Style): string {
  const type = printable(record.type);
  try {
    if (record.tnf === Tnf.wellKnown && type === "U") return `${style.good("URI")}   ${parseUri(record)}`;
    if (record.tnf === Tnf.wellKnown && type === "T") {
      const { text, lang } = parseText(record);
      return `${style.good("text")}  ${JSON.stringify(text)}  ${style.dim(lang)}`;
    }
  } catch (error) {
    return `${type}  ${style.bad(error instanceof Error ? error.message : String(error))}`;
  }
  const { payload } = record;
  const more = payload.length > BYTES_SHOWN ? ` … ${payload.length} bytes` : "";
  return `${style.good(kindOf(record.tnf))} ${type}  ${spaced(payload.subarray(0, BYTES_SHOWN))}${more}`.trimEnd();
}

function kindOf(tnf: Tnf): string {
  return Object.keys(Tnf).find((name) => Tnf[name as keyof typeof Tnf] === tnf) ?? String(tnf);
}
