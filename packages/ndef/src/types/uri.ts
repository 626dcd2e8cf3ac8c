import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { payloadOf, type RecordLike } from "./record-like.ts";
import { decodeUtf8, NO_BYTES, utf8Bytes } from "./strings.ts";

/** What the identifier code of a `U` record stands for; the code is the index (RTD URI 1.0 table 3). */
export const URI_PREFIXES: readonly string[] = [
  "",
  "http://www.",
  "https://www.",
  "http://",
  "https://",
  "tel:",
  "mailto:",
  "ftp://anonymous:anonymous@",
  "ftp://ftp.",
  "ftps://",
  "sftp://",
  "smb://",
  "nfs://",
  "ftp://",
  "dav://",
  "news:",
  "telnet://",
  "imap:",
  "rtsp://",
  "urn:",
  "pop:",
  "sip:",
  "sips:",
  "tftp:",
  "btspp://",
  "btl2cap://",
  "btgoep://",
  "tcpobex://",
  "irdaobex://",
  "file://",
  "urn:epc:id:",
  "urn:epc:tag:",
  "urn:epc:pat:",
  "urn:epc:raw:",
  "urn:epc:",
  "urn:nfc:",
];

const TYPE = Uint8Array.of(0x55);

/** How a URI record is read. */
export interface ParseUriOptions {
  /** False: an identifier code that is reserved stands for no prefix. True when absent: it is refused. */
  readonly strict?: boolean;
}

/**
 * Decodes a URI record.
 *
 * @throws NdefError for another type of record, an empty payload, a reserved identifier code, a URI that is not UTF-8
 * or has control characters.
 */
export function parseUri(record: RecordLike, options: ParseUriOptions = {}): string {
  return parseUriPayload(payloadOf(record, Tnf.wellKnown, "U"), options);
}

/** Decodes the payload of a `U` record. @throws NdefError as {@link parseUri}. */
export function parseUriPayload(payload: Uint8Array, options: ParseUriOptions = {}): string {
  const code = payload[0];
  if (code === undefined)
    throw new NdefError("TOO_SHORT", "the payload is empty", { field: "identifier code", offset: 0 });
  const prefix = URI_PREFIXES[code];
  if (prefix === undefined && (options.strict ?? true))
    throw new NdefError("INVALID_VALUE", `${code} is reserved`, { field: "identifier code", offset: 0 });
  const rest = decodeUtf8(payload.subarray(1), "URI", 1);
  checkCharacters(rest, 1);
  return `${prefix ?? ""}${rest}`;
}

/**
 * Makes a URI record. The URI is written as it is, only its start is abbreviated, by the longest prefix that fits.
 *
 * @throws NdefError for a URI with control characters.
 */
export function uriRecord(uri: string, options: { readonly id?: Uint8Array } = {}): RawRecord {
  return { tnf: Tnf.wellKnown, type: TYPE, id: options.id ?? NO_BYTES, payload: uriPayload(uri) };
}

/** The payload of a `U` record. @throws NdefError as {@link uriRecord}. */
export function uriPayload(uri: string): Uint8Array {
  checkCharacters(uri, 0);
  let code = 0;
  let longest = "";
  URI_PREFIXES.forEach((prefix, index) => {
    if (prefix.length > longest.length && uri.startsWith(prefix)) [code, longest] = [index, prefix];
  });
  return concatBytes(Uint8Array.of(code), utf8Bytes(uri.slice(longest.length)));
}

function checkCharacters(text: string, offset: number): void {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f)
      throw new NdefError("INVALID_VALUE", "a URI has no control characters", { field: "URI", offset: offset + index });
  }
}
