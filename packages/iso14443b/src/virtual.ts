/**
 * Silicon of type B memory cards for a virtual field.
 * @packageDocumentation
 */
export { createTypeBMemoryTag, type TypeBMemoryImage, type TypeBMemoryTag } from "./virtual-tag.ts";
