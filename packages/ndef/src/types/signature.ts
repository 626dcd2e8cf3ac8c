import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { lengthPrefixed } from "./integers.ts";
import { PayloadReader } from "./payload-reader.ts";
import { hasType, payloadOf, type RecordLike } from "./record-like.ts";
import { decodeUtf8, NO_BYTES, utf8Bytes } from "./strings.ts";

/** Signature algorithms; the code is the index (RTD Signature 2.0, signature field). */
export const SIGNATURE_TYPES = [
  "none",
  "rsassa-pss-1024",
  "rsassa-pkcs1-1024",
  "dsa-1024",
  "ecdsa-p192",
  "rsassa-pss-2048",
  "rsassa-pkcs1-2048",
  "dsa-2048",
  "ecdsa-p224",
  "ecdsa-k233",
  "ecdsa-b233",
  "ecdsa-p256",
] as const;
export type SignatureType = (typeof SIGNATURE_TYPES)[number];

/** The structure of a signature record. What it signs is neither checked nor made here. */
export interface NdefSignature {
  /** 1: signs type, id and payload of each record. 2: their headers and lengths too. */
  readonly version: 1 | 2;
  readonly type: SignatureType;
  /** 02 is SHA-256. Only version 2 has it. */
  readonly hashType: number | undefined;
  /** The signature, or where it is to be fetched. */
  readonly signature: Uint8Array | { readonly uri: string };
  /** 0: X.509. 1: X9.68, or an M2M certificate in version 2. */
  readonly certificateFormat: number;
  /** The signer's first. At most 15. */
  readonly certificates: readonly Uint8Array[];
  /** Where the chain goes on. */
  readonly chainUri: string | undefined;
}

const VERSIONS: Readonly<Record<number, 1 | 2>> = { 0x01: 1, 0x20: 2 };
const TYPE = Uint8Array.of(0x53, 0x69, 0x67);

/** Decodes a signature record. @throws NdefError */
export function parseSignature(record: RecordLike): NdefSignature {
  const reader = new PayloadReader(payloadOf(record, Tnf.wellKnown, "Sig"));
  const versionByte = reader.byte("version");
  const version = VERSIONS[versionByte];
  if (version === undefined)
    throw new NdefError("INVALID_VALUE", `${versionByte} is neither 1 nor 32`, { field: "version", offset: 0 });
  const typeByte = reader.byte("signature type");
  const type = SIGNATURE_TYPES[typeByte & 0x7f];
  if (type === undefined)
    throw new NdefError("INVALID_VALUE", `${typeByte & 0x7f} is reserved`, { field: "signature type", offset: 1 });
  const hashType = version === 2 ? reader.byte("hash type") : undefined;
  const signatureAt = reader.offset + 2;
  const bytes = reader.bytes(reader.uint16("signature length"), "signature");
  const signature = typeByte & 0x80 ? { uri: decodeUtf8(bytes, "signature URI", signatureAt) } : bytes;
  const certificateByte = reader.byte("certificate format");
  const certificates = Array.from({ length: certificateByte & 0x0f }, () =>
    reader.bytes(reader.uint16("certificate length"), "certificate"),
  );
  const chainAt = reader.offset + 2;
  const chainUri =
    certificateByte & 0x80
      ? decodeUtf8(reader.bytes(reader.uint16("chain URI length"), "chain URI"), "chain URI", chainAt)
      : undefined;
  reader.end("signature record");
  return {
    version,
    type,
    hashType,
    signature,
    certificateFormat: (certificateByte >>> 4) & 0x07,
    certificates,
    chainUri,
  };
}

/** Makes a signature record from its parts. @throws NdefError for parts that its fields cannot hold. */
export function signatureRecord(init: NdefSignature, options: { readonly id?: Uint8Array } = {}): RawRecord {
  const { version, type, signature, certificates, chainUri } = init;
  if (certificates.length > 15)
    throw new NdefError("TOO_LONG", `${certificates.length} certificates, 15 fit`, { field: "certificates" });
  if (!Number.isInteger(init.certificateFormat) || init.certificateFormat < 0 || init.certificateFormat > 7)
    throw new NdefError("INVALID_VALUE", `${init.certificateFormat} is not 0 to 7`, { field: "certificate format" });
  const isUri = "uri" in signature;
  const head = [version === 1 ? 0x01 : 0x20, (isUri ? 0x80 : 0) | SIGNATURE_TYPES.indexOf(type)];
  if (version === 2) head.push(init.hashType ?? 0x02);
  const payload = concatBytes(
    Uint8Array.from(head),
    lengthPrefixed(isUri ? utf8Bytes(signature.uri) : signature, 2, "signature"),
    Uint8Array.of((chainUri === undefined ? 0 : 0x80) | (init.certificateFormat << 4) | certificates.length),
    ...certificates.map((certificate) => lengthPrefixed(certificate, 2, "certificate")),
    ...(chainUri === undefined ? [] : [lengthPrefixed(utf8Bytes(chainUri), 2, "chain URI")]),
  );
  return { tnf: Tnf.wellKnown, type: TYPE, id: options.id ?? NO_BYTES, payload };
}

/**
 * The records that a signature is about: all behind the signature before it, or behind the start of the message.
 *
 * @param index of the signature record.
 */
export function signedRecords<Like extends RecordLike>(records: readonly Like[], index: number): readonly Like[] {
  let start = index;
  while (start > 0) {
    const before = records[start - 1];
    if (before === undefined || hasType(before, Tnf.wellKnown, "Sig")) break;
    start--;
  }
  return records.slice(start, index);
}
