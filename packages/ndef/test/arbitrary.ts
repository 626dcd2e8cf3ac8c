import * as fc from "fast-check";
import type { RawRecord } from "../src/wire/raw-record.ts";
import { Tnf } from "../src/wire/tnf.ts";

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const payload = fc.oneof(bytes(0, 20), bytes(250, 260));

/** A record that can be written. */
export const anyRecord: fc.Arbitrary<RawRecord> = fc.oneof(
  fc.constant({ tnf: Tnf.empty, type: new Uint8Array(0), id: new Uint8Array(0), payload: new Uint8Array(0) }),
  fc.record({ tnf: fc.constant(Tnf.unknown), type: bytes(0, 0), id: bytes(0, 3), payload }),
  fc.record({
    tnf: fc.constantFrom(Tnf.wellKnown, Tnf.mime, Tnf.absoluteUri, Tnf.external),
    type: bytes(1, 12),
    id: bytes(0, 3),
    payload,
  }),
);
