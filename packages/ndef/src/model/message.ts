import { copyBytes } from "@cardwire/core";
import { mimeRecord } from "../types/mime.ts";
import { textRecord } from "../types/text.ts";
import { encodeRecords } from "../wire/encode.ts";
import { type ParseOptions, parseRecords } from "../wire/parse.ts";
import { createRecords } from "./create.ts";
import type { NdefMessageSource } from "./init.ts";
import { type NdefRecord, recordsOf } from "./record.ts";

/** A message in the shape of Web NFC's NDEFMessage. */
export interface NdefMessage {
  readonly records: readonly NdefRecord[];
}

/**
 * Decodes a message. A record whose content does not have its form does not spoil the others: it says so in `error`.
 *
 * @throws NdefError when the records themselves do not have their form.
 */
export function parseNdefMessage(bytes: Uint8Array, options: ParseOptions = {}): NdefMessage {
  return { records: recordsOf(parseRecords(bytes, options)) };
}

/**
 * Encodes what Web NFC's `write()` takes: a string becomes a text record, bytes a MIME record of no particular type.
 *
 * @throws NdefError with the index of the record that cannot be written.
 */
export function encodeNdefMessage(source: NdefMessageSource): Uint8Array {
  if (typeof source === "string") return encodeRecords([textRecord(source)]);
  if ("records" in source) return encodeRecords(createRecords(source));
  return encodeRecords([mimeRecord("application/octet-stream", copyBytes(source))]);
}

/** The records that a source becomes, for whoever wants to add some of their own. @throws NdefError as {@link encodeNdefMessage}. */
export function createNdefRecords(source: NdefMessageSource): readonly NdefRecord[] {
  return recordsOf(parseRecords(encodeNdefMessage(source)));
}
