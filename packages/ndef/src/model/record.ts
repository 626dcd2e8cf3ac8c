import { isNdefError, NdefError } from "../wire/errors.ts";
import { type ParsedRecords, parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { isExternalType } from "../types/external.ts";
import { formatMediaType, parseMediaType } from "../types/media-type.ts";
import { latin1String, utf8Bytes } from "../types/strings.ts";
import { parseTextFields } from "../types/text.ts";
import { parseUriPayload, URI_PREFIXES } from "../types/uri.ts";

const brand = Symbol.for("@cardwire/ndef.NdefRecord");

/** Handover records have a version byte before the records that they hold (Connection Handover 1.5 section 3). */
const HANDOVER_TYPES: readonly string[] = ["Hr", "Hs", "Hm", "Hi"].map((type) => `urn:nfc:wkt:${type}`);

/**
 * A record in the shape of Web NFC's NDEFRecord, with what is on the wire beside it. What the specification cannot spell
 * is spelt so: other types of the NFC Forum as "urn:nfc:wkt:Hs".
 *
 * A copy by spreading (`{ ...record, lang: "de" }`) is a dictionary from which a new record can be written.
 */
export class NdefRecord {
  /** "empty", "text", "url", "smart-poster", "absolute-url", "mime", "unknown", "domain:name", ":name", "urn:nfc:wkt:X". */
  readonly recordType: string;
  /** MIME type in its canonical spelling; only of "mime". */
  readonly mediaType: string | null;
  /** `null` when the record has none. */
  readonly id: string | null;
  /**
   * What the record means: of "text" the text in its encoding, of "url" and "absolute-url" the whole URL, else the
   * payload. `null` when there is nothing, or nothing that could be decoded.
   */
  readonly data: Uint8Array | null;
  /** "utf-8" or "utf-16be"; only of "text". */
  readonly encoding: string | null;
  /** Language tag; only of "text". */
  readonly lang: string | null;
  /** The record as it stands in the message. */
  readonly raw: RawRecord;
  /** Why the content could not be decoded; `undefined` when it could. */
  readonly error: NdefError | undefined;

  constructor(raw: RawRecord) {
    const meaning = meaningOf(raw);
    this.recordType = meaning.recordType;
    this.mediaType = meaning.mediaType ?? null;
    this.id = raw.id.length === 0 ? null : new TextDecoder().decode(raw.id);
    this.data = meaning.data ?? null;
    this.encoding = meaning.encoding ?? null;
    this.lang = meaning.lang ?? null;
    this.raw = raw;
    this.error = meaning.error;
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * The records inside a smart poster, a handover record, a local record, or a record of an external type whose payload
   * is a message. `null` for records that hold none.
   *
   * @throws NdefError for a smart poster or handover record that does not have its form.
   */
  toRecords(): readonly NdefRecord[] | null {
    const { payload } = this.raw;
    if (this.recordType === "smart-poster") return checkSmartPoster(recordsOf(parseRecords(payload)));
    if (HANDOVER_TYPES.includes(this.recordType)) return recordsOf(parseRecords(payload.subarray(1)));
    if (this.raw.tnf !== Tnf.external && !this.recordType.startsWith(":")) return null;
    try {
      return payload.length === 0 ? null : recordsOf(parseRecords(payload));
    } catch (error) {
      // its payload is no message, which it need not be
      if (isNdefError(error)) return null;
      throw error;
    }
  }
}

/** True for an {@link NdefRecord} of any copy of this package. */
export function isNdefRecord(value: unknown): value is NdefRecord {
  return typeof value === "object" && value !== null && brand in value;
}

/** Parsed records in Web NFC's shape. */
export function recordsOf({ records }: ParsedRecords): NdefRecord[] {
  return records.map((raw) => new NdefRecord(raw));
}

interface Meaning {
  readonly recordType: string;
  readonly mediaType?: string;
  readonly data?: Uint8Array;
  readonly encoding?: string;
  readonly lang?: string;
  readonly error?: NdefError;
}

function meaningOf(raw: RawRecord): Meaning {
  const { type, payload } = raw;
  switch (raw.tnf) {
    case Tnf.empty:
      return { recordType: "empty" };
    case Tnf.wellKnown:
      return wellKnownMeaning(latin1String(type), payload);
    case Tnf.mime: {
      const text = latin1String(type);
      const mediaType = parseMediaType(text);
      return { recordType: "mime", mediaType: mediaType ? formatMediaType(mediaType) : text, data: payload };
    }
    case Tnf.absoluteUri:
      return { recordType: "absolute-url", data: type };
    case Tnf.external: {
      const recordType = latin1String(type);
      if (isExternalType(recordType)) return { recordType, data: payload };
      const error = new NdefError("INVALID_VALUE", `"${recordType}" does not have the form "domain:name"`, {
        field: "TYPE",
      });
      return { recordType, data: payload, error };
    }
    default:
      return { recordType: "unknown", data: payload };
  }
}

function wellKnownMeaning(type: string, payload: Uint8Array): Meaning {
  if (type === "T") return textMeaning(payload);
  if (type === "U") return urlMeaning(payload);
  if (type === "Sp") return { recordType: "smart-poster", data: payload };
  // the first letter of a global type is upper case, of a local one lower case or a digit
  return { recordType: /^[a-z0-9]/.test(type) ? `:${type}` : `urn:nfc:wkt:${type}`, data: payload };
}

function textMeaning(payload: Uint8Array): Meaning {
  if (payload.length === 0) return { recordType: "text" };
  return attempt("text", () => {
    const { lang, encoding, textBytes } = parseTextFields(payload);
    return { recordType: "text", lang, encoding: encoding === "utf-8" ? "utf-8" : "utf-16be", data: textBytes };
  });
}

function urlMeaning(payload: Uint8Array): Meaning {
  if (payload.length === 0) return { recordType: "url" };
  const strict = attempt("url", () => ({ recordType: "url", data: utf8Bytes(parseUriPayload(payload)) }));
  if (strict.error === undefined || (payload[0] ?? 0) < URI_PREFIXES.length) return strict;
  // a reserved identifier code: Web NFC takes the rest as it is
  return { ...strict, data: payload.slice(1) };
}

function attempt(recordType: string, decode: () => Meaning): Meaning {
  try {
    return decode();
  } catch (error) {
    if (isNdefError(error)) return { recordType, error };
    throw error;
  }
}

function checkSmartPoster(records: NdefRecord[]): NdefRecord[] {
  const count = (recordType: string): number => records.filter((record) => record.recordType === recordType).length;
  if (count("url") !== 1)
    throw new NdefError("INVALID_VALUE", `has exactly one URI record, not ${count("url")}`, { field: "smart poster" });
  for (const recordType of [":s", ":t", ":act"])
    if (count(recordType) > 1)
      throw new NdefError("INVALID_VALUE", `has "${recordType}" ${count(recordType)} times`, { field: "smart poster" });
  for (const [recordType, length] of [
    [":s", 4],
    [":act", 1],
  ] as const) {
    const found = records.find((record) => record.recordType === recordType)?.raw.payload.length ?? length;
    if (found !== length)
      throw new NdefError("INVALID_VALUE", `"${recordType}" has ${length} bytes, not ${found}`, {
        field: "smart poster",
      });
  }
  return records;
}
