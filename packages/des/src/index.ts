/**
 * DES and triple DES in CBC mode, for the tags that still use them.
 * @packageDocumentation
 */
export { desDecryptCbc, desEncryptCbc } from "./cbc.ts";
