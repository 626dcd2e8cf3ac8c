/** A BER-TLV data object taken apart (ISO/IEC 7816-4 section 6.3, ISO/IEC 8825-1). */
export interface Tlv {
  /** The tag's one to four bytes as one number, class and constructed bit included: 0x5F46, 0x7F4902. */
  readonly tag: number;
  /** The value field as bytes, whether primitive or constructed. A view on the bytes that were parsed. */
  readonly value: Uint8Array;
  /** The data objects in a constructed value; undefined for a primitive one. */
  readonly children: readonly Tlv[] | undefined;
}

/** A data object to build: a tag with a value, or with the objects in it. `children` counts before `value`. */
export type TlvInput =
  | { readonly tag: number; readonly value: Uint8Array; readonly children?: undefined }
  | { readonly tag: number; readonly value?: Uint8Array; readonly children: readonly TlvInput[] };
