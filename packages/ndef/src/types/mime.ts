import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { parseMediaType } from "./media-type.ts";
import { rawOf, type RecordLike } from "./record-like.ts";
import { asciiBytes, decodeUtf8, latin1String, NO_BYTES, utf8Bytes } from "./strings.ts";

/** The content of a MIME record. */
export interface NdefMime {
  /** As it stands in the record. */
  readonly mediaType: string;
  readonly data: Uint8Array;
}

/** Makes a MIME record. @throws NdefError for a media type that is none, or has others than ASCII characters. */
export function mimeRecord(mediaType: string, data: Uint8Array, options: { readonly id?: Uint8Array } = {}): RawRecord {
  if (parseMediaType(mediaType) === undefined)
    throw new NdefError("INVALID_VALUE", `"${mediaType}" is no media type`, { field: "TYPE" });
  return { tnf: Tnf.mime, type: asciiBytes(mediaType, "TYPE"), id: options.id ?? NO_BYTES, payload: data };
}

/** The content of a MIME record of any type. @throws NdefError for another record. */
export function parseMime(record: RecordLike): NdefMime {
  const { tnf, type, payload } = rawOf(record);
  if (tnf !== Tnf.mime) throw new NdefError("INVALID_VALUE", `${tnf} is not 2 (MIME)`, { field: "TNF" });
  return { mediaType: latin1String(type), data: payload };
}

/** How vCards are labelled; the first is the registered one (RFC 6350). */
const VCARD_TYPES: readonly string[] = ["text/vcard", "text/x-vcard"];

/** Makes a record with a contact. The vCard is written as it is. */
export function vcardRecord(vcard: string, options: { readonly id?: Uint8Array } = {}): RawRecord {
  return mimeRecord("text/vcard", utf8Bytes(vcard), options);
}

/** True for a record with a contact. */
export function isVcard(record: RecordLike): boolean {
  const { tnf, type } = rawOf(record);
  return tnf === Tnf.mime && VCARD_TYPES.includes(parseMediaType(latin1String(type))?.essence ?? "");
}

/** The vCard of a contact record. @throws NdefError for another record, or for bytes that are no UTF-8. */
export function parseVcard(record: RecordLike): string {
  if (!isVcard(record)) throw new NdefError("INVALID_VALUE", "no vCard", { field: "TYPE" });
  return decodeUtf8(rawOf(record).payload, "vCard", 0);
}
