/**
 * ISO/IEC 15693 tags (NFC Forum Type 5): the family for a reader, and a helper for applications.
 * @packageDocumentation
 */
export { blockRequest } from "./block-request.ts";
export { ICODE_COMMAND, ISO15693_COMMAND, ISO15693_ERROR, MANUFACTURER, REQUEST_FLAG } from "./commands.ts";
export { iso15693Differences, type Iso15693Rules } from "./differences.ts";
export { iso15693 } from "./family.ts";
export { ICODE_PASSWORDS, type IcodePassword } from "./icode-passwords.ts";
export { wantsProtocolExtension } from "./products.ts";
export { parseSystemInformation, type SystemInformation } from "./system-information.ts";
export { parseType5Container, type Type5Container } from "./type5-container.ts";
export { isType5Error, Type5Error, type Type5ErrorCode, type Type5ErrorDetails } from "./type5-error.ts";
export { type Type5CallOptions, type Type5Memory, Type5Tag, type Type5TagOptions } from "./type5-tag.ts";
