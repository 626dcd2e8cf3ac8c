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
export { type CapabilityContainer, parseCapabilityContainer } from "./type2/capability-container.ts";
export { productOfVersion } from "./type2/identify.ts";
export { type LockPlan, planLock } from "./type2/locking.ts";
export { type Type2Identity } from "./type2/probe.ts";
export { type Type2Memory } from "./type2/read-memory.ts";
export { isType2Error, Type2Error, type Type2ErrorCode, type Type2WriteProgress } from "./type2/type2-error.ts";
export { type PasswordProtection } from "./type2/protection.ts";
export { type Type2CallOptions, Type2Tag, type Type2TagOptions } from "./type2/type2-tag.ts";
