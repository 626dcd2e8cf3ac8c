import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import type { Tnf } from "../wire/tnf.ts";
import { latin1String } from "./strings.ts";

/** A record as the wire has it, or anything that carries one, such as an NdefRecord. */
export type RecordLike = RawRecord | { readonly raw: RawRecord };

/** The wire's view of a record. */
export function rawOf(record: RecordLike): RawRecord {
  return "raw" in record ? record.raw : record;
}

/** True when the record has this type, compared as its format compares: MIME and external types without case. */
export function hasType(record: RecordLike, tnf: Tnf, type: string): boolean {
  const raw = rawOf(record);
  if (raw.tnf !== tnf) return false;
  const name = latin1String(raw.type);
  // 2: MIME types (RFC 2045 section 5.1), 4: external types (NDEF 1.0 section 3.2.6)
  return tnf === 2 || tnf === 4 ? name.toLowerCase() === type.toLowerCase() : name === type;
}

/** The payload of a record of this type. @throws NdefError for a record of another type. */
export function payloadOf(record: RecordLike, tnf: Tnf, type: string): Uint8Array {
  const raw = rawOf(record);
  if (!hasType(raw, tnf, type))
    throw new NdefError("INVALID_VALUE", `TNF ${raw.tnf} "${latin1String(raw.type)}" is no TNF ${tnf} "${type}"`, {
      field: "TYPE",
    });
  return raw.payload;
}
