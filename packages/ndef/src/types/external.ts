import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { hasType, payloadOf, type RecordLike } from "./record-like.ts";
import { asciiBytes, decodeUtf8, NO_BYTES, utf8Bytes } from "./strings.ts";

/** A domain, a colon, and a name of the characters that a URN allows (NDEF 1.0 section 3.2.6; Web NFC, external types). */
const EXTERNAL_TYPE = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:[A-Za-z0-9$'()*+,\-.;=@_]+$/;

/** True for a text of the form "domain:name". */
export function isExternalType(text: string): boolean {
  return text.length <= 255 && EXTERNAL_TYPE.test(text);
}

/** Makes a record of an external type, such as "example.com:demo". @throws NdefError for a type of another form. */
export function externalRecord(type: string, data: Uint8Array, options: { readonly id?: Uint8Array } = {}): RawRecord {
  if (!isExternalType(type))
    throw new NdefError("INVALID_VALUE", `"${type}" does not have the form "domain:name"`, { field: "TYPE" });
  return { tnf: Tnf.external, type: asciiBytes(type, "TYPE"), id: options.id ?? NO_BYTES, payload: data };
}

const ANDROID_APPLICATION = "android.com:pkg";

/** Makes an Android application record. It belongs at the end of its message: the first record decides what a phone does. */
export function androidApplicationRecord(packageName: string): RawRecord {
  return externalRecord(ANDROID_APPLICATION, utf8Bytes(packageName));
}

/** True for an Android application record. */
export function isAndroidApplication(record: RecordLike): boolean {
  return hasType(record, Tnf.external, ANDROID_APPLICATION);
}

/** The package name in an Android application record. @throws NdefError for another record, or bytes that are no UTF-8. */
export function parseAndroidApplication(record: RecordLike): string {
  return decodeUtf8(payloadOf(record, Tnf.external, ANDROID_APPLICATION), "package name", 0);
}
