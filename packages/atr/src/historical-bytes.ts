import { concatBytes, FormatError } from "@cardwire/core";
import { requireInteger } from "./checks.ts";

/** A COMPACT-TLV data object (ISO/IEC 7816-4:2005 section 8.1.1): interindustry tag `4x`, tag and length in one byte. */
export interface CompactTlv {
  /** 0 to 15: x of the interindustry tag 4x. */
  readonly tag: number;
  /** 0 to 15 bytes. */
  readonly value: Uint8Array;
}

/** What the category indicator makes of the bytes behind it. */
export type HistoricalCategory =
  /** No historical bytes. */
  | "none"
  /** 00: objects, then three bytes of status. */
  | "status"
  /** 10: a DIR data reference. */
  | "dir-data-reference"
  /** 80: objects, the status among them or not there. */
  | "compact-tlv"
  /** 81 to 8F, reserved. */
  | "reserved"
  /** Any other: a form of the issuer's own. */
  | "proprietary";

/** Historical bytes taken apart (ISO/IEC 7816-4:2005 section 8.1.1). */
export interface HistoricalBytes {
  readonly category: HistoricalCategory;
  /** The category indicator byte. For "proprietary" it is just the first byte. */
  readonly indicator: number | undefined;
  /** The objects, in order, as far as they are well formed. Empty for other categories than "status" and "compact-tlv". */
  readonly objects: readonly CompactTlv[];
  /** What is not taken apart: all behind the indicator of other categories, or from the first broken object on. */
  readonly leftOver: Uint8Array;
  /** The DIR data reference byte of category 10. */
  readonly dirDataReference: number | undefined;
  /** The life cycle status byte: of category 00, or of the object 8. {@link decodeLifeCycle} reads it. */
  readonly lifeCycle: number | undefined;
  /** The status word SW1 SW2 beside it; 0000 when the card has nothing to say. */
  readonly sw: number | undefined;
}

/** An empty object is one byte, and much more in memory: hostile bytes get no more than this many. */
const MAX_OBJECTS = 64;

/** Takes COMPACT-TLV apart as far as it is well formed. */
function parseObjects(bytes: Uint8Array, objects: CompactTlv[]): Uint8Array {
  let offset = 0;
  while (offset < bytes.length && objects.length < MAX_OBJECTS) {
    const head = bytes[offset] ?? 0;
    const end = offset + 1 + (head & 0x0f);
    if (end > bytes.length) break;
    objects.push({ tag: head >> 4, value: bytes.slice(offset + 1, end) });
    offset = end;
  }
  return bytes.slice(offset);
}

/** The result, its status read: one byte is a life cycle status, two a status word, three both (section 8.1.1.3). */
function historical(
  category: HistoricalCategory,
  indicator: number | undefined,
  objects: readonly CompactTlv[],
  leftOver: Uint8Array,
  status?: Uint8Array,
  dirDataReference?: number,
): HistoricalBytes {
  const length = status?.length ?? 0;
  const hasWord = length === 2 || length === 3;
  return {
    category,
    indicator,
    objects,
    leftOver,
    dirDataReference,
    lifeCycle: length === 1 || length === 3 ? status?.[0] : undefined,
    sw: hasWord ? ((status?.[length - 2] ?? 0) << 8) | (status?.[length - 1] ?? 0) : undefined,
  };
}

/**
 * Takes historical bytes apart, of a contact card or from an ATS. Never fails: what is not well formed is left over.
 *
 * @param bytes T1 to TK, at most 15; an ATS may have more.
 */
export function parseHistoricalBytes(bytes: Uint8Array): HistoricalBytes {
  const indicator = bytes[0];
  const objects: CompactTlv[] = [];
  if (indicator === undefined) return historical("none", indicator, objects, bytes.slice());
  if (indicator === 0x00) {
    // the three status bytes are mandatory; without them nothing tells objects from status
    const end = bytes.length - 3;
    if (end < 1) return historical("status", indicator, objects, bytes.slice(1));
    const leftOver = parseObjects(bytes.subarray(1, end), objects);
    return historical("status", indicator, objects, leftOver, bytes.subarray(end));
  }
  if (indicator === 0x80) {
    const leftOver = parseObjects(bytes.subarray(1), objects);
    for (const { tag, value } of objects)
      if (tag === 8) return historical("compact-tlv", indicator, objects, leftOver, value);
    return historical("compact-tlv", indicator, objects, leftOver);
  }
  if (indicator === 0x10)
    return historical("dir-data-reference", indicator, objects, bytes.slice(2), undefined, bytes[1]);
  return historical(indicator >> 4 === 8 ? "reserved" : "proprietary", indicator, objects, bytes.slice(1));
}

/** What historical bytes are built from. A parsed {@link HistoricalBytes} has this form. */
export type HistoricalFields = Partial<HistoricalBytes> & Pick<HistoricalBytes, "category">;

/** The indicators that follow from the category. */
const INDICATORS: Partial<Record<HistoricalCategory, number>> = {
  status: 0x00,
  "dir-data-reference": 0x10,
  "compact-tlv": 0x80,
};

/**
 * Puts historical bytes together, the inverse of {@link parseHistoricalBytes}. In category 80 the status is an object
 * with tag 8 among the objects; in category 00 it is what `lifeCycle` and `sw` say.
 *
 * @throws FormatError naming the field that cannot be said, or TOO_LONG for more than 15 bytes.
 */
export function buildHistoricalBytes(fields: HistoricalFields): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const { category } = fields;
  const indicator = INDICATORS[category] ?? fields.indicator;
  if (category !== "none") parts.push(Uint8Array.of(requireInteger(indicator ?? -1, 0xff, "category indicator")));
  if (fields.dirDataReference !== undefined)
    parts.push(Uint8Array.of(requireInteger(fields.dirDataReference, 0xff, "DIR data reference")));
  for (const { tag, value } of fields.objects ?? []) {
    if (value.length > 15)
      throw new FormatError("TOO_LONG", `an object has at most 15 bytes, not ${value.length}`, {
        field: `object ${tag}`,
      });
    parts.push(Uint8Array.of((requireInteger(tag, 15, "tag") << 4) | value.length), value);
  }
  if (fields.leftOver !== undefined) parts.push(fields.leftOver);
  if (category === "status" && fields.sw !== undefined) {
    const sw = requireInteger(fields.sw, 0xffff, "SW");
    parts.push(Uint8Array.of(requireInteger(fields.lifeCycle ?? 0, 0xff, "life cycle status"), sw >> 8, sw & 0xff));
  }
  const bytes = concatBytes(...parts);
  if (bytes.length > 15)
    throw new FormatError("TOO_LONG", `has at most 15 bytes, not ${bytes.length}`, { field: "historical bytes" });
  return bytes;
}
