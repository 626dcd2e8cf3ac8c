/**
 * FeliCa Standard, Lite and Lite-S (NFC Forum Type 3 tags): the family for a reader, and a helper for
 * applications.
 * @packageDocumentation
 */
export {
  ANY_SYSTEM,
  FELICA_BLOCK_BYTES,
  FELICA_COMMAND,
  felicaFrame,
  pollingFrame,
  responseTimeUs,
} from "./commands.ts";
export { felicaDifferences, type FelicaRules } from "./differences.ts";
export { felica } from "./family.ts";
export { FelicaError, type FelicaErrorCode, type FelicaErrorDetails, isFelicaError } from "./felica-error.ts";
export { type FelicaCallOptions, type FelicaIdentity, FelicaTag, type FelicaTagOptions } from "./felica-tag.ts";
export { LITE_BLOCK, LITE_SERVICE, LITE_SYSTEM } from "./lite-blocks.ts";
export {
  liteMac,
  liteSessionKey,
  macAReadPrefix,
  macAWritePrefix,
  reverseGroups,
  writeKey as liteWriteKey,
} from "./lite-mac.ts";
export { parseType3Attributes, type Type3Attributes } from "./type3-attributes.ts";
