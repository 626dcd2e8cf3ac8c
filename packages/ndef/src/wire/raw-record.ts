import type { Tnf } from "./tnf.ts";

/** A record as its octets say it, whatever its type. Chunks are joined already. */
export interface RawRecord {
  /** {@link Tnf}; "unchanged" does not occur, and "reserved" only where decoding was told to be tolerant. */
  readonly tnf: Tnf;
  /** At most 255 bytes. */
  readonly type: Uint8Array;
  /** At most 255 bytes. Empty: the record has no id. */
  readonly id: Uint8Array;
  /** At most 2³²−1 bytes. */
  readonly payload: Uint8Array;
}
