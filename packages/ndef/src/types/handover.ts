import { concatBytes, equalBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import { encodeRecords } from "../wire/encode.ts";
import { parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { exactly, lengthPrefixed, uintBytes } from "./integers.ts";
import { PayloadReader } from "./payload-reader.ts";
import { hasType, payloadOf, rawOf, type RecordLike } from "./record-like.ts";
import { asciiBytes, NO_BYTES } from "./strings.ts";

/** Which of the four handover records begins the message (Connection Handover 1.5). */
export type HandoverKind = "request" | "select" | "mediation" | "initiate";

/** Whether a carrier can be used at once; the code is the index. */
const POWER_STATES = ["inactive", "active", "activating", "unknown"] as const;
export type CarrierPowerState = (typeof POWER_STATES)[number];

/** A carrier on offer, with the records that say how to reach it. */
export interface HandoverAlternative {
  readonly powerState: CarrierPowerState;
  /** A configuration record (Bluetooth, Wi-Fi), or a carrier record where only its type is offered. It needs an id. */
  readonly carrier: RawRecord;
  readonly auxiliary: readonly RawRecord[];
}

/** Why a selector selects nothing. */
export interface HandoverError {
  /** 1 temporary memory, 2 permanent memory, 3 carrier specific. */
  readonly reason: number;
  /** Reason 1 and 3: milliseconds to wait, 1 byte. Reason 2: the largest message in bytes, 4 bytes. */
  readonly data: Uint8Array;
}

/** A handover message. */
export interface NdefHandover {
  readonly kind: HandoverKind;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** In order of preference. */
  readonly alternatives: readonly HandoverAlternative[];
  /** Of a request since version 1.2: a random number that settles who is the selector when both ask. */
  readonly collisionNumber?: number;
  readonly error?: HandoverError;
  /** Records inside the handover record that mean nothing to it. Absent where there are none. */
  readonly others?: readonly RawRecord[];
}

const TYPES: Readonly<Record<HandoverKind, string>> = { request: "Hr", select: "Hs", mediation: "Hm", initiate: "Hi" };
const KINDS: readonly HandoverKind[] = ["request", "select", "mediation", "initiate"];
const MAJOR_VERSION = 1;
/** What a handover record is made of. */
const NESTED: readonly string[] = ["cr", "ac", "err"];
/** From this minor version on a request has a number that settles a collision. */
const COLLISION_SINCE = 2;
/** How many bytes of data each reason has; others are free (Connection Handover 1.5, error record). */
const ERROR_DATA_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 4, 3: 1 };

/** True when the record begins a handover message. */
export function isHandover(record: RecordLike): boolean {
  return KINDS.some((kind) => hasType(record, Tnf.wellKnown, TYPES[kind]));
}

/**
 * Decodes a handover message: its first record, and the ones that it refers to by their ids. An alternative whose
 * carrier is not in the message is left out.
 *
 * @throws NdefError for another message, and for another major version.
 */
export function parseHandover(records: readonly RecordLike[]): NdefHandover {
  const [first, ...others] = records;
  const kind = first && KINDS.find((one) => hasType(first, Tnf.wellKnown, TYPES[one]));
  if (first === undefined || kind === undefined)
    throw new NdefError("INVALID_VALUE", "no handover record", { field: "TYPE", recordIndex: 0 });
  const { payload } = rawOf(first);
  const reader = new PayloadReader(payload);
  const version = reader.byte("version");
  const majorVersion = version >>> 4;
  if (majorVersion !== MAJOR_VERSION)
    throw new NdefError("INVALID_VALUE", `${majorVersion} is not ${MAJOR_VERSION}`, {
      field: "major version",
      offset: 0,
    });
  const minorVersion = version & 0x0f;
  const nested = parseRecords(reader.rest()).records;
  const unknown = nested.filter((one) => !NESTED.some((type) => hasType(one, Tnf.wellKnown, type)));
  const collision = nested.find((one) => hasType(one, Tnf.wellKnown, "cr"));
  const error = nested.find((one) => hasType(one, Tnf.wellKnown, "err"));
  checkCollision(kind, minorVersion, collision !== undefined);
  return {
    kind,
    majorVersion,
    minorVersion,
    alternatives: nested
      .filter((one) => hasType(one, Tnf.wellKnown, "ac"))
      .flatMap((one) => parseAlternative(one, others.map(rawOf)) ?? []),
    ...(collision && { collisionNumber: parseCollision(collision) }),
    ...(error && { error: parseError(error) }),
    ...(unknown.length > 0 && { others: unknown }),
  };
}

/**
 * Makes a handover message: the handover record, and behind it every carrier and auxiliary record once.
 *
 * @throws NdefError for a carrier or auxiliary record without an id, or two of the same id; for a request of version 1.2
 * or newer without a collision number, and error data of another length than its reason has.
 */
export function handoverRecords(init: Omit<NdefHandover, "majorVersion">): readonly RawRecord[] {
  checkCollision(init.kind, init.minorVersion, init.collisionNumber !== undefined);
  if (init.error) checkError(init.error);
  const referred: RawRecord[] = [];
  const refer = (record: RawRecord): Uint8Array => {
    if (record.id.length === 0)
      throw new NdefError("INVALID_VALUE", "a record that is referred to needs an id", { field: "ID" });
    const known = referred.find(({ id }) => equalBytes(id, record.id));
    if (known !== undefined && known !== record)
      throw new NdefError("INVALID_VALUE", "two records have the same id", { field: "ID" });
    if (known === undefined) referred.push(record);
    return lengthPrefixed(record.id, 1, "carrier data reference");
  };
  const alternatives = init.alternatives.map(({ powerState, carrier, auxiliary }) =>
    local(
      "ac",
      concatBytes(
        Uint8Array.of(POWER_STATES.indexOf(powerState)),
        refer(carrier),
        uintBytes(auxiliary.length, 1, "auxiliary data reference count"),
        ...auxiliary.map(refer),
      ),
    ),
  );
  const nested = [
    ...(init.collisionNumber === undefined
      ? []
      : [local("cr", uintBytes(init.collisionNumber, 2, "collision resolution number"))]),
    ...alternatives,
    ...(init.error
      ? [local("err", concatBytes(uintBytes(init.error.reason, 1, "error reason"), init.error.data))]
      : []),
    ...(init.others ?? []),
  ];
  const version = (MAJOR_VERSION << 4) | (uintBytes(init.minorVersion, 1, "minor version")[0] ?? 0);
  if (init.minorVersion > 15)
    throw new NdefError("INVALID_VALUE", `${init.minorVersion} is not 0 to 15`, { field: "minor version" });
  const first = local(TYPES[init.kind], concatBytes(Uint8Array.of(version), encodeRecords(nested)));
  return [first, ...referred];
}

/** The type of a carrier that is offered without a configuration. */
export interface HandoverCarrier {
  /** The type name format of `type`. */
  readonly typeFormat: number;
  /** Such as a MIME type. */
  readonly type: Uint8Array;
  readonly data: Uint8Array;
}

/** Decodes a handover carrier record. @throws NdefError */
export function parseHandoverCarrier(record: RecordLike): HandoverCarrier {
  const reader = new PayloadReader(payloadOf(record, Tnf.wellKnown, "Hc"));
  const typeFormat = reader.byte("carrier type format") & 0x07;
  const type = reader.bytes(reader.byte("carrier type length"), "carrier type");
  return { typeFormat, type, data: reader.rest() };
}

/** Makes a handover carrier record. @throws NdefError for a type over 255 bytes. */
export function handoverCarrierRecord(carrier: HandoverCarrier, options: { readonly id?: Uint8Array } = {}): RawRecord {
  const payload = concatBytes(
    Uint8Array.of(checkedFormat(carrier.typeFormat)),
    lengthPrefixed(carrier.type, 1, "carrier type"),
    carrier.data,
  );
  return { ...local("Hc", payload), id: options.id ?? NO_BYTES };
}

function checkedFormat(typeFormat: number): number {
  if (Number.isInteger(typeFormat) && typeFormat >= 0 && typeFormat <= 7) return typeFormat;
  throw new NdefError("INVALID_VALUE", `${typeFormat} is not 0 to 7`, { field: "carrier type format" });
}

function parseAlternative(record: RawRecord, others: readonly RawRecord[]): HandoverAlternative | undefined {
  const reader = new PayloadReader(record.payload);
  // two bits: one of the four states
  const powerState = POWER_STATES[reader.byte("carrier power state") & 0x03] ?? "unknown";
  const reference = (): RawRecord | undefined => {
    const id = reader.bytes(reader.byte("reference length"), "reference");
    return id.length === 0 ? undefined : others.find((one) => equalBytes(one.id, id));
  };
  const carrier = reference();
  const auxiliary: RawRecord[] = [];
  for (let count = reader.byte("auxiliary data reference count"); count > 0; count--) {
    const found = reference();
    if (found !== undefined) auxiliary.push(found);
  }
  reader.end("alternative carrier record");
  return carrier && { powerState, carrier, auxiliary };
}

function parseCollision(record: RawRecord): number {
  const reader = new PayloadReader(record.payload);
  const value = reader.uint16("collision resolution number");
  reader.end("collision resolution record");
  return value;
}

function parseError(record: RawRecord): HandoverError {
  const reader = new PayloadReader(record.payload);
  const error = { reason: reader.byte("error reason"), data: reader.rest() };
  checkError(error);
  return error;
}

function checkError({ reason, data }: HandoverError): void {
  if (reason === 0) throw new NdefError("INVALID_VALUE", "0 is reserved", { field: "error reason" });
  const bytes = ERROR_DATA_BYTES[reason];
  if (bytes !== undefined) exactly(data, bytes, "error data");
}

function checkCollision(kind: HandoverKind, minorVersion: number, given: boolean): void {
  if (kind === "request" && minorVersion >= COLLISION_SINCE && !given)
    throw new NdefError("TOO_SHORT", `a request of version 1.${minorVersion} has one`, {
      field: "collision resolution record",
    });
}

function local(type: string, payload: Uint8Array): RawRecord {
  return { tnf: Tnf.wellKnown, type: asciiBytes(type, "TYPE"), id: NO_BYTES, payload };
}
