import { FormatError } from "@cardwire/core";

/** C1 C2 C3 of one access condition as a number: C1 has the weight 4, C3 the weight 1. */
export type AccessCondition = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The conditions of a sector: three for data (each of one block, or of five in a sector of 16), one for the trailer. */
export interface AccessConditions {
  readonly data: readonly [AccessCondition, AccessCondition, AccessCondition];
  readonly trailer: AccessCondition;
}

/** Which keys may do something. */
export type AccessKeys = "none" | "a" | "b" | "a|b";

/** What a data condition allows. */
export interface DataAccess {
  readonly read: AccessKeys;
  readonly write: AccessKeys;
  readonly increment: AccessKeys;
  /** Decrement, transfer and restore have one condition. */
  readonly decrement: AccessKeys;
  /** The remark of the data sheet's table. */
  readonly meaning: string;
}

/** What a trailer condition allows. Key A is never readable. */
export interface TrailerAccess {
  readonly keyAWrite: AccessKeys;
  readonly accessBitsRead: AccessKeys;
  readonly accessBitsWrite: AccessKeys;
  readonly keyBRead: AccessKeys;
  readonly keyBWrite: AccessKeys;
}

/** Data blocks, by C1 C2 C3 (MF1S50yyX data sheet, table 8). */
export const DATA_ACCESS: readonly DataAccess[] = [
  { read: "a|b", write: "a|b", increment: "a|b", decrement: "a|b", meaning: "transport configuration" },
  { read: "a|b", write: "none", increment: "none", decrement: "a|b", meaning: "value block, not rechargeable" },
  { read: "a|b", write: "none", increment: "none", decrement: "none", meaning: "read only" },
  { read: "b", write: "b", increment: "none", decrement: "none", meaning: "read and write with key B" },
  { read: "a|b", write: "b", increment: "none", decrement: "none", meaning: "read with either, write with key B" },
  { read: "b", write: "none", increment: "none", decrement: "none", meaning: "read only with key B" },
  { read: "a|b", write: "b", increment: "b", decrement: "a|b", meaning: "value block" },
  { read: "none", write: "none", increment: "none", decrement: "none", meaning: "no access" },
];

/** Trailers, by C1 C2 C3 (MF1S50yyX data sheet, table 7). */
export const TRAILER_ACCESS: readonly TrailerAccess[] = [
  { keyAWrite: "a", accessBitsRead: "a", accessBitsWrite: "none", keyBRead: "a", keyBWrite: "a" },
  { keyAWrite: "a", accessBitsRead: "a", accessBitsWrite: "a", keyBRead: "a", keyBWrite: "a" },
  { keyAWrite: "none", accessBitsRead: "a", accessBitsWrite: "none", keyBRead: "a", keyBWrite: "none" },
  { keyAWrite: "b", accessBitsRead: "a|b", accessBitsWrite: "b", keyBRead: "none", keyBWrite: "b" },
  { keyAWrite: "b", accessBitsRead: "a|b", accessBitsWrite: "none", keyBRead: "none", keyBWrite: "b" },
  { keyAWrite: "none", accessBitsRead: "a|b", accessBitsWrite: "b", keyBRead: "none", keyBWrite: "none" },
  { keyAWrite: "none", accessBitsRead: "a|b", accessBitsWrite: "none", keyBRead: "none", keyBWrite: "none" },
  { keyAWrite: "none", accessBitsRead: "a|b", accessBitsWrite: "none", keyBRead: "none", keyBWrite: "none" },
];

/** The conditions a card leaves the factory with: bytes `FF 07 80`. */
export const TRANSPORT_CONDITIONS: AccessConditions = { data: [0, 0, 0], trailer: 1 };

/**
 * Takes apart bytes 6–8 of a sector trailer, in which every bit stands twice, once inverted.
 *
 * @param bytes 3 bytes: `~C2 ~C1`, `C1 ~C3`, `C3 C2`, the trailer's bit highest in each nibble.
 * @throws FormatError INVALID_VALUE when the inverted bits do not agree: a card locks such a sector for ever.
 */
export function parseAccessBits(bytes: Uint8Array): AccessConditions {
  const conditions = tryParseAccessBits(bytes);
  if (conditions === undefined)
    throw new FormatError("INVALID_VALUE", "the inverted bits do not agree", { field: "access bits", offset: 0 });
  return conditions;
}

/** {@link parseAccessBits}, giving `undefined` for bits that do not agree. */
export function tryParseAccessBits(bytes: Uint8Array): AccessConditions | undefined {
  const [byte6, byte7, byte8] = bytes;
  if (bytes.length !== 3 || byte6 === undefined || byte7 === undefined || byte8 === undefined)
    throw new FormatError(bytes.length < 3 ? "TOO_SHORT" : "TOO_LONG", `3 bytes, not ${bytes.length}`, {
      field: "access bits",
    });
  const c1 = byte7 >> 4;
  const c2 = byte8 & 0xf;
  const c3 = byte8 >> 4;
  if ((byte6 & 0xf) !== (~c1 & 0xf) || byte6 >> 4 !== (~c2 & 0xf) || (byte7 & 0xf) !== (~c3 & 0xf)) return undefined;
  const condition = (group: number): AccessCondition => {
    const bit = (nibble: number): 0 | 1 => ((nibble >> group) & 1 ? 1 : 0);
    return CONDITIONS[(bit(c1) << 2) | (bit(c2) << 1) | bit(c3)] ?? 0;
  };
  return { data: [condition(0), condition(1), condition(2)], trailer: condition(3) };
}

const CONDITIONS: readonly AccessCondition[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Builds bytes 6–8 of a sector trailer. */
export function buildAccessBits(conditions: AccessConditions): Uint8Array {
  const groups = [...conditions.data, conditions.trailer];
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  groups.forEach((condition, group) => {
    c1 |= ((condition >> 2) & 1) << group;
    c2 |= ((condition >> 1) & 1) << group;
    c3 |= (condition & 1) << group;
  });
  return Uint8Array.of(((~c2 & 0xf) << 4) | (~c1 & 0xf), (c1 << 4) | (~c3 & 0xf), (c3 << 4) | c2);
}

/**
 * True when `key` is one of `keys`. Key B does not count where the trailer's condition makes it readable: it is data then.
 */
export function mayAccess(keys: AccessKeys, key: "a" | "b", trailer: AccessCondition): boolean {
  if (key === "b" && TRAILER_ACCESS[trailer]?.keyBRead !== "none") return false;
  return keys === "a|b" || keys === key;
}

/** The conditions in words, a line each: three for data, one for the trailer. */
export function explainAccessConditions(conditions: AccessConditions): readonly string[] {
  const say = (keys: AccessKeys): string =>
    keys === "none" ? "never" : keys === "a|b" ? "key A or B" : `key ${keys.toUpperCase()}`;
  const bits = (condition: AccessCondition): string => condition.toString(2).padStart(3, "0");
  const data = conditions.data.map((condition, group) => {
    const access = DATA_ACCESS[condition];
    if (access === undefined) return "";
    return `data ${group} (${bits(condition)}): read ${say(access.read)}, write ${say(access.write)}, increment ${say(access.increment)}, decrement ${say(access.decrement)}: ${access.meaning}`;
  });
  const trailer = TRAILER_ACCESS[conditions.trailer];
  if (trailer === undefined) return data;
  return [
    ...data,
    `trailer (${bits(conditions.trailer)}): write key A ${say(trailer.keyAWrite)}, read access bits ${say(trailer.accessBitsRead)}, write access bits ${say(trailer.accessBitsWrite)}, read key B ${say(trailer.keyBRead)}, write key B ${say(trailer.keyBWrite)}`,
  ];
}
