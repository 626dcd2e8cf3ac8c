import { type BytesSource, copyBytes, type FormatErrorCode } from "@cardwire/core";
import { isExternalType } from "../types/external.ts";
import { formatMediaType, parseMediaType } from "../types/media-type.ts";
import { asciiBytes, latin1String, NO_BYTES, utf8Bytes } from "../types/strings.ts";
import { textPayload } from "../types/text.ts";
import { uriPayload } from "../types/uri.ts";
import { encodeRecords } from "../wire/encode.ts";
import { isNdefError, NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import type { NdefMessageInit, NdefRecordInit, NdefRecordSource } from "./init.ts";
import { isNdefRecord } from "./record.ts";

/** Where a record stands: what is allowed there follows from it. */
type Context = "top" | "smart-poster" | "nested";

const MAX_DEPTH = 32;
const OCTET_STREAM = "application/octet-stream";
const ENDS_WITH_HOST = /^[a-z][a-z\d+.-]*:\/\/[^/?#\\]+$/i;
const WELL_KNOWN_PREFIX = "urn:nfc:wkt:";

/**
 * Makes wire records of dictionaries, by Web NFC's rules for creating an NDEF message.
 *
 * @throws NdefError with the index of the record in its own list.
 */
export function createRecords({ records }: NdefMessageInit, context: Context = "top", depth = 1): readonly RawRecord[] {
  if (depth > MAX_DEPTH) throw new NdefError("TOO_LONG", `records nest deeper than ${MAX_DEPTH}`, { field: "records" });
  if (records.length === 0) throw new NdefError("TOO_SHORT", "a message has at least one record", { field: "records" });
  const raws = records.map((source, index) => createRecord(source, index, context, depth));
  if (context === "smart-poster") return checkSmartPoster(raws);
  return raws;
}

function createRecord(source: NdefRecordSource, index: number, context: Context, depth: number): RawRecord {
  if (isNdefRecord(source)) return source.raw;
  if ("tnf" in source) return source;
  try {
    return new RecordMaker(source, context, depth).make();
  } catch (error) {
    // what a codec refuses, it does not know by which record
    if (isNdefError(error) && error.recordIndex === undefined)
      throw new NdefError(error.code, error.message, { field: source.recordType, recordIndex: index, cause: error });
    throw error;
  }
}

class RecordMaker {
  readonly #init: NdefRecordInit;
  readonly #context: Context;
  readonly #depth: number;

  constructor(init: NdefRecordInit, context: Context, depth: number) {
    this.#init = init;
    this.#context = context;
    this.#depth = depth;
  }

  make(): RawRecord {
    const { recordType, mediaType, encoding, lang } = this.#init;
    if (recordType !== "mime" && isGiven(mediaType)) this.#refuse("INVALID_VALUE", "mediaType", "only mime has one");
    if (recordType !== "text" && isGiven(encoding)) this.#refuse("INVALID_VALUE", "encoding", "only text has one");
    if (recordType !== "text" && isGiven(lang)) this.#refuse("INVALID_VALUE", "lang", "only text has one");
    switch (recordType) {
      case "empty":
        return this.#empty();
      case "text":
        return this.#record(Tnf.wellKnown, "T", this.#text());
      case "url":
        return this.#record(Tnf.wellKnown, "U", uriPayload(this.#url()));
      case "smart-poster":
        return this.#record(Tnf.wellKnown, "Sp", encodeRecords(this.#nested("smart-poster")));
      case "absolute-url":
        if (this.#context === "smart-poster")
          this.#refuse("INVALID_VALUE", "recordType", "a smart poster has its URL as url");
        return { tnf: Tnf.absoluteUri, type: utf8Bytes(this.#url()), id: this.#id(), payload: NO_BYTES };
      case "mime":
        return this.#record(Tnf.mime, this.#mediaType(), this.#bytes());
      case "unknown":
        return this.#record(Tnf.unknown, "", this.#bytes());
      default:
        return this.#other(recordType);
    }
  }

  #other(recordType: string): RawRecord {
    if (recordType.startsWith(":")) {
      const name = recordType.slice(1);
      if (this.#context === "top") this.#refuse("INVALID_VALUE", "recordType", "a local type stands in another record");
      if (!/^[a-z0-9]/.test(name)) this.#refuse("INVALID_VALUE", "recordType", `"${recordType}" is no local type`);
      return this.#record(Tnf.wellKnown, name, this.#bytesOrRecords());
    }
    if (recordType.startsWith(WELL_KNOWN_PREFIX))
      return this.#record(Tnf.wellKnown, recordType.slice(WELL_KNOWN_PREFIX.length), this.#bytesOrRecords());
    const type = externalType(recordType);
    if (type === undefined) this.#refuse("INVALID_VALUE", "recordType", `"${recordType}" is no record type`);
    return this.#record(Tnf.external, type, this.#bytesOrRecords());
  }

  #empty(): RawRecord {
    if (isGiven(this.#init.id)) this.#refuse("INVALID_VALUE", "id", "an empty record has none");
    if (isGiven(this.#init.data)) this.#refuse("INVALID_VALUE", "data", "an empty record has none");
    return { tnf: Tnf.empty, type: NO_BYTES, id: NO_BYTES, payload: NO_BYTES };
  }

  #text(): Uint8Array {
    const { data, encoding } = this.#init;
    const lang = this.#init.lang ?? "en";
    if (typeof data === "string") {
      if (isGiven(encoding) && encoding !== "utf-8")
        this.#refuse("INVALID_VALUE", "encoding", "a text given as a string is written in utf-8");
      return textPayload({ lang, encoding: "utf-8", textBytes: utf8Bytes(data) });
    }
    const bytes = this.#bytes();
    switch (encoding ?? "utf-8") {
      case "utf-8":
        return textPayload({ lang, encoding: "utf-8", textBytes: bytes });
      case "utf-16":
      case "utf-16be":
        return textPayload({ lang, encoding: "utf-16", textBytes: bytes });
      case "utf-16le":
        if (bytes.length % 2 !== 0) this.#refuse("TOO_SHORT", "data", "ends inside a UTF-16 code unit");
        return textPayload({ lang, encoding: "utf-16", textBytes: toBigEndian(bytes) });
      default:
        return this.#refuse("INVALID_VALUE", "encoding", `"${encoding ?? ""}" is not known`);
    }
  }

  #url(): string {
    const { data } = this.#init;
    if (typeof data !== "string") return this.#refuse("INVALID_VALUE", "data", "a URL is given as a string");
    try {
      const { href } = new URL(data);
      // the URL parser gives an address that ends with its host a slash, which browsers do not write on tags
      return ENDS_WITH_HOST.test(data) && href.endsWith("/") ? href.slice(0, -1) : href;
    } catch {
      return this.#refuse("INVALID_VALUE", "data", `"${data}" is no URL`);
    }
  }

  #mediaType(): string {
    const parsed = parseMediaType(this.#init.mediaType ?? OCTET_STREAM);
    return parsed === undefined ? OCTET_STREAM : formatMediaType(parsed);
  }

  #bytes(): Uint8Array {
    const { data } = this.#init;
    if (!isBytes(data)) return this.#refuse("INVALID_VALUE", "data", "is given as bytes");
    return copyBytes(data);
  }

  #bytesOrRecords(): Uint8Array {
    return isBytes(this.#init.data) ? this.#bytes() : encodeRecords(this.#nested("nested"));
  }

  #nested(context: Context): readonly RawRecord[] {
    const { data } = this.#init;
    if (!isGiven(data) || typeof data === "string" || isBytes(data))
      return this.#refuse("INVALID_VALUE", "data", "is given as records");
    const records = createRecords(data, context, this.#depth + 1);
    const locals = records.filter((one) => one.tnf === Tnf.wellKnown).map((one) => latin1String(one.type));
    const twice = locals.find((type, index) => /^[a-z0-9]/.test(type) && locals.indexOf(type) !== index);
    if (twice !== undefined) this.#refuse("INVALID_VALUE", "data", `has ":${twice}" twice`);
    return records;
  }

  #id(): Uint8Array {
    const id = utf8Bytes(this.#init.id ?? "");
    if (id.length > 255) this.#refuse("TOO_LONG", "id", `${id.length} bytes, 255 fit`);
    return id;
  }

  #record(tnf: Tnf, type: string, payload: Uint8Array): RawRecord {
    const bytes = asciiBytes(type, "recordType");
    if (bytes.length > 255) this.#refuse("TOO_LONG", "recordType", `${bytes.length} bytes, 255 fit`);
    return { tnf, type: bytes, id: this.#id(), payload };
  }

  #refuse(code: FormatErrorCode, field: string, message: string): never {
    throw new NdefError(code, message, { field });
  }
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

function isBytes(data: NdefRecordInit["data"]): data is BytesSource {
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data);
}

/**
 * The type as it was given, but a domain of other letters than ASCII's as a host name has it. `undefined` when it is no
 * external type.
 */
function externalType(recordType: string): string | undefined {
  const colon = recordType.lastIndexOf(":");
  const domain = recordType.slice(0, Math.max(0, colon));
  if (domain === "" || /[\s/?#@:\\[\]]/.test(domain)) return undefined;
  try {
    const { hostname } = new URL(`https://${domain}`);
    const type = hostname === domain.toLowerCase() ? recordType : `${hostname}${recordType.slice(colon)}`;
    return isExternalType(type) ? type : undefined;
  } catch {
    return undefined;
  }
}

/** Readers take UTF-16 without a byte order mark for big-endian. */
function toBigEndian(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes;
  const swapped = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) swapped[index] = bytes[index ^ 1] ?? 0;
  return swapped;
}

/** Exactly one URL, which goes first; a size of 4 bytes and an action of one. */
function checkSmartPoster(records: readonly RawRecord[]): readonly RawRecord[] {
  const isType = (record: RawRecord, type: string): boolean =>
    record.tnf === Tnf.wellKnown && latin1String(record.type) === type;
  const urls = records.filter((record) => isType(record, "U"));
  if (urls.length !== 1)
    throw new NdefError("INVALID_VALUE", `has exactly one url, not ${urls.length}`, { field: "smart-poster" });
  for (const record of records) {
    const { length } = record.payload;
    // fewer could be written by the letter, and nobody could read them
    if (isType(record, "s") && length !== 4)
      throw new NdefError("INVALID_VALUE", `":s" has 4 bytes, not ${length}`, { field: "smart-poster" });
    if (isType(record, "act") && length !== 1)
      throw new NdefError("INVALID_VALUE", `":act" has 1 byte, not ${length}`, { field: "smart-poster" });
  }
  return [...urls, ...records.filter((record) => !urls.includes(record))];
}
