import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { exactly, lengthPrefixed } from "./integers.ts";
import { PayloadReader } from "./payload-reader.ts";
import { payloadOf, type RecordLike } from "./record-like.ts";
import { decodeUtf8, NO_BYTES, utf8Bytes } from "./strings.ts";

/** The content of a device information record (RTD Device Information 1.0). */
export interface NdefDeviceInformation {
  readonly vendorName: string;
  readonly modelName: string;
  readonly uniqueName?: string;
  /** 16 bytes. */
  readonly uuid?: Uint8Array;
  readonly version?: string;
  /** Elements of types that are not defined. */
  readonly others?: readonly { readonly type: number; readonly value: Uint8Array }[];
}

const TYPE = Uint8Array.of(0x44, 0x69);

/** Decodes a device information record. @throws NdefError, also when vendor or model name is missing. */
export function parseDeviceInformation(record: RecordLike): NdefDeviceInformation {
  const reader = new PayloadReader(payloadOf(record, Tnf.wellKnown, "Di"));
  const texts: (string | undefined)[] = [];
  let uuid: Uint8Array | undefined;
  const others: { type: number; value: Uint8Array }[] = [];
  while (reader.left > 0) {
    const type = reader.byte("element type");
    const length = reader.byte("element length");
    const at = reader.offset;
    const value = reader.bytes(length, "element value");
    if (type === 3) uuid = exactly(value, 16, "UUID");
    else if (type <= 4) texts[type] = decodeUtf8(value, "element value", at);
    else others.push({ type, value });
  }
  const [vendorName, modelName, uniqueName, , version] = texts;
  if (vendorName === undefined || modelName === undefined)
    throw new NdefError("TOO_SHORT", `the ${vendorName === undefined ? "vendor" : "model"} name is missing`, {
      field: "device information",
      offset: reader.offset,
    });
  return {
    vendorName,
    modelName,
    ...(uniqueName !== undefined && { uniqueName }),
    ...(uuid && { uuid }),
    ...(version !== undefined && { version }),
    ...(others.length > 0 && { others }),
  };
}

/** Makes a device information record. @throws NdefError for elements over 255 bytes or a UUID without 16. */
export function deviceInformationRecord(
  init: NdefDeviceInformation,
  options: { readonly id?: Uint8Array } = {},
): RawRecord {
  const element = (type: number, value: Uint8Array): Uint8Array =>
    concatBytes(Uint8Array.of(type), lengthPrefixed(value, 1, "element value"));
  const text = (type: number, value: string | undefined): Uint8Array =>
    value === undefined ? NO_BYTES : element(type, utf8Bytes(value));
  return {
    tnf: Tnf.wellKnown,
    type: TYPE,
    id: options.id ?? NO_BYTES,
    payload: concatBytes(
      text(0, init.vendorName),
      text(1, init.modelName),
      text(2, init.uniqueName),
      init.uuid ? element(3, exactly(init.uuid, 16, "UUID")) : NO_BYTES,
      text(4, init.version),
      ...(init.others ?? []).map(({ type, value }) => element(type, value)),
    ),
  };
}
