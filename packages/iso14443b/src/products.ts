import { SYSTEM_BLOCK } from "./commands.ts";

/** A memory card of ISO/IEC 14443-3 type B without APDUs. */
export interface TypeBMemoryProduct {
  readonly name: string;
  /** The product code in byte 5 of the UID (as sent), where the family's data sheets put one. */
  readonly productCode: number;
  readonly blocks: number;
  /** 4, or 2 on a SR176. */
  readonly blockBytes: 2 | 4;
  /** True where blocks 0–4 can only be cleared and 5 and 6 only count down. */
  readonly hasCounters: boolean;
  /** The block that holds the lock register: 255 beside the memory, or 15, the last of a SR176. */
  readonly systemBlock: number;
}

/** The names of {@link TYPE_B_MEMORY_PRODUCTS}. */
export type TypeBMemoryProductName =
  | "sr176"
  | "sri512"
  | "srix512"
  | "srt512"
  | "sri4k"
  | "srix4k"
  | "st25tb512-at"
  | "st25tb512-ac"
  | "st25tb02k"
  | "st25tb04k";

const srix = (name: string, productCode: number, blocks: number): TypeBMemoryProduct => ({
  name,
  productCode,
  blocks,
  blockBytes: 4,
  hasCounters: true,
  systemBlock: SYSTEM_BLOCK,
});

/** ST's products (SR176, SRI512, SRIX4K and ST25TB data sheets, memory mapping and unique identifier). */
export const TYPE_B_MEMORY_PRODUCTS: Readonly<Record<TypeBMemoryProductName, TypeBMemoryProduct>> = {
  sr176: { name: "SR176", productCode: 0x02, blocks: 16, blockBytes: 2, hasCounters: false, systemBlock: 15 },
  sri512: srix("SRI512", 0x06, 16),
  srix512: srix("SRIX512", 0x04, 16),
  srt512: srix("SRT512", 0x0c, 16),
  sri4k: srix("SRI4K", 0x07, 128),
  srix4k: srix("SRIX4K", 0x03, 128),
  "st25tb512-at": srix("ST25TB512-AT", 0x33, 16),
  "st25tb512-ac": srix("ST25TB512-AC", 0x1b, 16),
  st25tb02k: srix("ST25TB02K", 0x3f, 64),
  st25tb04k: srix("ST25TB04K", 0x1f, 128),
};

/**
 * The product a UID belongs to; `undefined` where the UID is not ST's or the code is unknown.
 *
 * @param uid 8 bytes, least significant first: `D0` last, the maker's `02` before it.
 */
export function typeBMemoryProductOf(uid: Uint8Array): TypeBMemoryProduct | undefined {
  if (uid.length !== 8 || uid[7] !== 0xd0 || uid[6] !== 0x02) return undefined;
  const byte = uid[5] ?? 0;
  const products = Object.values(TYPE_B_MEMORY_PRODUCTS);
  // ST25TB takes the whole byte; in the earlier cards the two low bits belong to the serial number
  return (
    products.find(({ productCode }) => productCode > 0x0f && productCode === byte) ??
    products.find(({ productCode }) => productCode <= 0x0f && productCode === byte >> 2)
  );
}
