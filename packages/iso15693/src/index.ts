/**
 * ISO/IEC 15693 tags (NFC Forum Type 5): the family for a reader.
 * @packageDocumentation
 */
export { blockRequest } from "./block-request.ts";
export { ICODE_COMMAND, ISO15693_COMMAND, ISO15693_ERROR, MANUFACTURER, REQUEST_FLAG } from "./commands.ts";
export { iso15693Differences, type Iso15693Rules } from "./differences.ts";
export { iso15693 } from "./family.ts";
export { wantsProtocolExtension } from "./products.ts";
