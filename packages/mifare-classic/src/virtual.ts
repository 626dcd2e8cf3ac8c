/**
 * MIFARE Classic silicon for a virtual field.
 * @packageDocumentation
 */
export { type MifareClassicImage, mifareClassicImage } from "./virtual-image.ts";
export { createMifareClassicTag, type MifareClassicTag } from "./virtual-tag.ts";
