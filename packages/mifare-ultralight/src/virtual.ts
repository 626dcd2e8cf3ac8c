/**
 * Virtual silicon of the MIFARE Ultralight and NTAG products.
 * @packageDocumentation
 */
export { type MifareUltralightImage, pageCount } from "./virtual/image.ts";
export {
  createMifareUltralightTag,
  type MifareUltralightTag,
  type MifareUltralightTagOptions,
} from "./virtual/mifare-ultralight-tag.ts";
