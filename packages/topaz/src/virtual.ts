/**
 * Jewel and Topaz silicon for a virtual field.
 * @packageDocumentation
 */
export { createTopazTag, type TopazImage, type TopazTag } from "./virtual-tag.ts";
