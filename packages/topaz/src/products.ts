/** What is known of a Type 1 product by its header ROM. */
export interface Type1Product {
  readonly name: string;
  readonly hr0: number;
  readonly hr1: number;
  /** Bytes of memory, reserved blocks included: 120 where it is static, a multiple of 128 where it is dynamic. */
  readonly memoryBytes: number;
}

/** Products by key. HR0 tells the kind: high nibble 1 for NDEF, low nibble 1 for static memory. */
export const TYPE1_PRODUCTS: Readonly<Record<Type1ProductName, Type1Product>> = {
  "topaz-96": { name: "Topaz 96", hr0: 0x11, hr1: 0x48, memoryBytes: 120 },
  "topaz-512": { name: "Topaz 512", hr0: 0x12, hr1: 0x4c, memoryBytes: 512 },
};

/** The names of {@link TYPE1_PRODUCTS}. */
export type Type1ProductName = "topaz-96" | "topaz-512";

/** True when header ROM byte 0 announces dynamic memory, so READ8, WRITE-E8 and RSEG. */
export function hasDynamicMemory(hr0: number): boolean {
  return hr0 >> 4 === 1 && (hr0 & 0xf) !== 1;
}
