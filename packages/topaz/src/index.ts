/**
 * Jewel and Topaz (NFC Forum Type 1 tags): the family for a reader.
 * @packageDocumentation
 */
export { byteAddress, TYPE1_COMMAND } from "./commands.ts";
export { topazDifferences, type TopazRules } from "./differences.ts";
export { topaz } from "./family.ts";
export { hasDynamicMemory, type Type1Product, TYPE1_PRODUCTS, type Type1ProductName } from "./products.ts";
