import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { asciiBytes, asciiString, decodeUtf16, decodeUtf8, NO_BYTES, utf16BigEndian, utf8Bytes } from "./strings.ts";
import { payloadOf, type RecordLike } from "./record-like.ts";

/** The content of a text record. */
export interface NdefText {
  readonly text: string;
  /** A language tag (BCP 47) such as "en" or "de-AT"; empty where the record names none. */
  readonly lang: string;
  readonly encoding: "utf-8" | "utf-16";
}

/** A text record's payload taken apart, its text still in bytes. */
export interface TextFields {
  readonly lang: string;
  readonly encoding: "utf-8" | "utf-16";
  readonly textBytes: Uint8Array;
}

/** How a text record is written. */
export interface TextRecordOptions {
  /** "en" unless given. */
  readonly lang?: string;
  /** UTF-8 unless given. UTF-16 is written big-endian with a byte order mark, which every reader understands. */
  readonly encoding?: "utf-8" | "utf-16";
  readonly id?: Uint8Array;
}

const TYPE = Uint8Array.of(0x54);

/** Splits the payload of a `T` record (RTD Text 1.0 section 3.2). @throws NdefError */
export function parseTextFields(payload: Uint8Array): TextFields {
  const status = payload[0];
  if (status === undefined) throw new NdefError("TOO_SHORT", "the payload is empty", { field: "status", offset: 0 });
  // bit 6 is reserved: written 0, not looked at
  const langLength = status & 0x3f;
  if (payload.length < 1 + langLength)
    throw new NdefError("TOO_SHORT", `needs ${langLength} bytes, ${payload.length - 1} are left`, {
      field: "language code",
      offset: 1,
    });
  return {
    lang: asciiString(payload.subarray(1, 1 + langLength), "language code", 1),
    encoding: status & 0x80 ? "utf-16" : "utf-8",
    textBytes: payload.slice(1 + langLength),
  };
}

/**
 * Decodes a text record. UTF-16 is read in either byte order by its mark, big-endian without one.
 *
 * @throws NdefError for another type of record, a language code longer than the payload, bytes that are no such text.
 */
export function parseText(record: RecordLike): NdefText {
  const { lang, encoding, textBytes } = parseTextFields(payloadOf(record, Tnf.wellKnown, "T"));
  const offset = 1 + lang.length;
  const text = encoding === "utf-8" ? decodeUtf8(textBytes, "text", offset) : decodeUtf16(textBytes, "text", offset);
  return { text, lang, encoding };
}

/** Makes a text record. @throws NdefError for a language tag over 63 characters or with others than ASCII. */
export function textRecord(text: string, options: TextRecordOptions = {}): RawRecord {
  const encoding = options.encoding ?? "utf-8";
  const textBytes =
    encoding === "utf-8" ? utf8Bytes(text) : concatBytes(Uint8Array.of(0xfe, 0xff), utf16BigEndian(text));
  return {
    tnf: Tnf.wellKnown,
    type: TYPE,
    id: options.id ?? NO_BYTES,
    payload: textPayload({ lang: options.lang ?? "en", encoding, textBytes }),
  };
}

/** The payload of a `T` record from its parts. @throws NdefError as {@link textRecord}. */
export function textPayload({ lang, encoding, textBytes }: TextFields): Uint8Array {
  const language = asciiBytes(lang, "language code");
  if (language.length > 63)
    throw new NdefError("TOO_LONG", `${language.length} characters, 63 fit`, { field: "language code" });
  return concatBytes(Uint8Array.of((encoding === "utf-16" ? 0x80 : 0) | language.length), language, textBytes);
}
