/**
 * MIFARE Ultralight and NTAG (NFC Forum Type 2): translator, helper and virtual silicon.
 * @packageDocumentation
 */
export { mifareUltralightDifferences, type MifareUltralightRules } from "./differences.ts";
export { mifareUltralight } from "./family.ts";
export {
  type DynamicLock,
  type LockBit,
  type OptionalCommand,
  type PageAddress,
  type PageRange,
  type UltralightProduct,
  type UltralightProductName,
  ultralightProducts,
} from "./products.ts";
