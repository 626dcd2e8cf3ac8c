/**
 * ISO/IEC 15693 silicon for a virtual field.
 * @packageDocumentation
 */
export { createIso15693Tag, type Iso15693Tag, type Iso15693TagOptions } from "./virtual-tag.ts";
export { ICODE_PASSWORDS, type IcodePassword } from "./icode-passwords.ts";
export { type IcodeFeatures, type Iso15693Image } from "./virtual-image.ts";
