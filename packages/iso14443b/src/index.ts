/**
 * Memory cards of ISO/IEC 14443-3 type B (SR176, SRI512, SRIX4K, ST25TB): the family for a reader, and the helper for an
 * application.
 * @packageDocumentation
 */
export { SYSTEM_BLOCK, TYPE_B_MEMORY_COMMAND } from "./commands.ts";
export { iso14443b } from "./family.ts";
export {
  isTypeBMemoryError,
  TypeBMemoryError,
  type TypeBMemoryErrorCode,
  type TypeBMemoryWriteProgress,
} from "./helper/type-b-memory-error.ts";
export {
  type TypeBMemoryCallOptions,
  type TypeBMemoryContents,
  type TypeBMemoryIdentity,
  TypeBMemoryTag,
  type TypeBMemoryWrite,
} from "./helper/type-b-memory-tag.ts";
export {
  TYPE_B_MEMORY_PRODUCTS,
  type TypeBMemoryProduct,
  type TypeBMemoryProductName,
  typeBMemoryProductOf,
} from "./products.ts";
