import { concatBytes } from "@cardwire/core";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { lengthPrefixed, uintBytes } from "./integers.ts";
import { PayloadReader } from "./payload-reader.ts";
import { payloadOf, type RecordLike } from "./record-like.ts";
import { asciiBytes, asciiString, NO_BYTES } from "./strings.ts";

/** A service that a tag offers by NDEF exchange (Tag NDEF Exchange Protocol 1.0, service parameter record). */
export interface TnepService {
  /** Major version in the high nibble: 10h is 1.0. */
  readonly version: number;
  /** Such as "urn:nfc:sn:handover". */
  readonly uri: string;
  /** 0: one response to each command. */
  readonly communicationMode: number;
  /** Code of the minimum waiting time. */
  readonly waitingTime: number;
  readonly maxExtensions: number;
  readonly maxMessageBytes: number;
}

/** Decodes a `Tp` record. @throws NdefError */
export function parseTnepService(record: RecordLike): TnepService {
  const reader = new PayloadReader(payloadOf(record, Tnf.wellKnown, "Tp"));
  const version = reader.byte("TNEP version");
  const length = reader.byte("service name URI length");
  const uriAt = reader.offset;
  const service = {
    version,
    uri: asciiString(reader.bytes(length, "service name URI"), "service name URI", uriAt),
    communicationMode: reader.byte("communication mode"),
    waitingTime: reader.byte("minimum waiting time"),
    maxExtensions: reader.byte("maximum number of waiting time extensions"),
    maxMessageBytes: reader.uint16("maximum NDEF message size"),
  };
  reader.end("service parameter record");
  return service;
}

/** Makes a `Tp` record. @throws NdefError for a number or URI that its field cannot hold. */
export function tnepServiceRecord(service: TnepService): RawRecord {
  return wellKnown(
    "Tp",
    concatBytes(
      uintBytes(service.version, 1, "TNEP version"),
      lengthPrefixed(asciiBytes(service.uri, "service name URI"), 1, "service name URI"),
      uintBytes(service.communicationMode, 1, "communication mode"),
      uintBytes(service.waitingTime, 1, "minimum waiting time"),
      uintBytes(service.maxExtensions, 1, "maximum number of waiting time extensions"),
      uintBytes(service.maxMessageBytes, 2, "maximum NDEF message size"),
    ),
  );
}

/** Makes a `Ts` record: selects a service by its URI; an empty one leaves. */
export function tnepSelectRecord(uri: string): RawRecord {
  return wellKnown("Ts", lengthPrefixed(asciiBytes(uri, "service name URI"), 1, "service name URI"));
}

/** Decodes a `Te` record: 0 is success. @throws NdefError */
export function parseTnepStatus(record: RecordLike): number {
  const reader = new PayloadReader(payloadOf(record, Tnf.wellKnown, "Te"));
  const status = reader.byte("status");
  reader.end("TNEP status record");
  return status;
}

function wellKnown(type: string, payload: Uint8Array): RawRecord {
  return { tnf: Tnf.wellKnown, type: asciiBytes(type, "TYPE"), id: NO_BYTES, payload };
}
