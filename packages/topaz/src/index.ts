/**
 * Jewel and Topaz (NFC Forum Type 1): the family for a reader, and the helper for an application.
 * @packageDocumentation
 */
export { byteAddress, TYPE1_COMMAND } from "./commands.ts";
export { topazDifferences, type TopazRules } from "./differences.ts";
export { topaz } from "./family.ts";
export {
  hasDynamicMemory,
  TYPE1_PRODUCTS,
  type Type1Product,
  type1ProductOf,
  type Type1ProductName,
} from "./products.ts";
export { type Type1CapabilityContainer, type1CapabilityContainer } from "./type1/ndef.ts";
export { type Type1Header } from "./type1/type1-access.ts";
export {
  isType1Error,
  Type1Error,
  type Type1ErrorCode,
  type Type1Unit,
  type Type1WriteProgress,
} from "./type1/type1-error.ts";
export {
  type Type1CallOptions,
  type Type1Identity,
  Type1Tag,
  type Type1TagOptions,
  type Type1WriteOptions,
} from "./type1/type1-tag.ts";
