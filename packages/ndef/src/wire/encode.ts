import { concatBytes } from "@cardwire/core";
import { NdefError } from "./errors.ts";
import type { RawRecord } from "./raw-record.ts";
import { Tnf } from "./tnf.ts";

/**
 * Writes records as a message in its canonical form: MB on the first record, ME on the last, no chunks, SR exactly when
 * the payload is shorter than 256 bytes, an ID field exactly when the id is not empty. No records are no bytes.
 *
 * @throws NdefError for a record that cannot be written so that the same record is read back.
 */
export function encodeRecords(records: readonly RawRecord[]): Uint8Array {
  const parts: Uint8Array[] = [];
  records.forEach((record, index) => {
    checkRecord(record, index);
    const { tnf, type, id, payload } = record;
    const short = payload.length < 0x100;
    const flags =
      (index === 0 ? 0x80 : 0) |
      (index === records.length - 1 ? 0x40 : 0) |
      (short ? 0x10 : 0) |
      (id.length > 0 ? 0x08 : 0);
    const length = payload.length;
    const header = [flags | tnf, type.length];
    if (short) header.push(length);
    else header.push(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
    if (id.length > 0) header.push(id.length);
    parts.push(Uint8Array.from(header), type, id, payload);
  });
  return concatBytes(...parts);
}

function checkRecord({ tnf, type, id, payload }: RawRecord, recordIndex: number): void {
  const invalid = (field: string, message: string): never => {
    throw new NdefError("INVALID_VALUE", message, { field, recordIndex });
  };
  if (type.length > 0xff)
    throw new NdefError("TOO_LONG", `${type.length} bytes, 255 fit`, { field: "TYPE", recordIndex });
  if (id.length > 0xff) throw new NdefError("TOO_LONG", `${id.length} bytes, 255 fit`, { field: "ID", recordIndex });
  if (payload.length > 0xffff_ffff)
    throw new NdefError("TOO_LONG", `${payload.length} bytes, 2³²−1 fit`, { field: "PAYLOAD", recordIndex });
  switch (tnf) {
    case Tnf.empty:
      if (type.length + id.length + payload.length > 0) invalid("TNF", "an empty record has no type, id or payload");
      break;
    case Tnf.unknown:
      if (type.length > 0) invalid("TYPE", "an unknown record has no type");
      break;
    case Tnf.unchanged:
    case Tnf.reserved:
      invalid("TNF", `${tnf} is not written`);
      break;
    default:
      if (type.length === 0) invalid("TYPE", `TNF ${tnf} needs a type`);
  }
}
