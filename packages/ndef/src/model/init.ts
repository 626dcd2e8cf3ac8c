import type { BytesSource } from "@cardwire/core";
import type { RawRecord } from "../wire/raw-record.ts";
import type { NdefRecord } from "./record.ts";

/**
 * What a record is written from: Web NFC's NDEFRecordInit. `null` stands for what is not given, so that a record that was
 * read can be spread into one.
 */
export interface NdefRecordInit {
  /** As in {@link NdefRecord.recordType}. */
  readonly recordType: string;
  /** Only with "mime"; application/octet-stream unless given. */
  readonly mediaType?: string | null;
  readonly id?: string | null;
  /** Only with "text", of the bytes in `data`: "utf-8" unless given, "utf-16", "utf-16be", "utf-16le". */
  readonly encoding?: string | null;
  /** Only with "text"; "en" unless given. */
  readonly lang?: string | null;
  /** Text of "text", "url" and "absolute-url"; bytes; or records inside a smart poster, an external or a local record. */
  readonly data?: string | BytesSource | NdefMessageInit | null;
}

/** What a message is written from: at least one record. */
export interface NdefMessageInit {
  readonly records: readonly NdefRecordSource[];
}

/** A record as a dictionary, as it was read, or as it goes on the wire. */
export type NdefRecordSource = NdefRecordInit | NdefRecord | RawRecord;

/** What can be written: a text, bytes of no particular type, or records. */
export type NdefMessageSource = string | BytesSource | NdefMessageInit;
