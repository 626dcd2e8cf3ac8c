/** What is known of a Type 1 product by its header ROM. */
export interface Type1Product {
  readonly name: string;
  /** Header ROM byte 0: what the product is known by. Other Jewels have 04 to 08. */
  readonly hr0: number;
  /** Header ROM byte 1, the revision: what a simulated tag says. */
  readonly hr1: number;
  /** Bytes of memory, reserved blocks included: 120 where it is static, a multiple of 128 where it is dynamic. */
  readonly memoryBytes: number;
}

/** Products by key. HR0 tells the kind: high nibble 1 for NDEF, low nibble 1 for static memory. */
export const TYPE1_PRODUCTS: Readonly<Record<Type1ProductName, Type1Product>> = {
  jewel: { name: "Jewel", hr0: 0x01, hr1: 0x00, memoryBytes: 120 },
  "topaz-96": { name: "Topaz 96", hr0: 0x11, hr1: 0x48, memoryBytes: 120 },
  "topaz-512": { name: "Topaz 512", hr0: 0x12, hr1: 0x4c, memoryBytes: 512 },
};

/** The names of {@link TYPE1_PRODUCTS}. */
export type Type1ProductName = "jewel" | "topaz-96" | "topaz-512";

/** Jewels of other sizes (NFC class extension, NfcCxSCInterfaceGetAtrLocked). */
const JEWELS: readonly number[] = [0x01, 0x04, 0x05, 0x06, 0x07, 0x08];

/** The product with this header ROM byte 0; `undefined` for one that is not known. */
export function type1ProductOf(hr0: number): Type1Product | undefined {
  if (JEWELS.includes(hr0)) return TYPE1_PRODUCTS.jewel;
  return Object.values(TYPE1_PRODUCTS).find((product) => product.hr0 === hr0);
}

/** True when header ROM byte 0 announces dynamic memory, so READ8, WRITE-E8 and RSEG. */
export function hasDynamicMemory(hr0: number): boolean {
  return hr0 >> 4 === 1 && (hr0 & 0xf) !== 1;
}
