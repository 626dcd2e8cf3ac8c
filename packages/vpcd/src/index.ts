/**
 * Puts any cardwire reader, or a card that is a function, into a running pcscd through its vpcd driver.
 * @packageDocumentation
 */
export { publishCard, type VpcdCardHandle, type VpcdHandle } from "./publish-card.ts";
export { publishReader, type PublishReaderOptions } from "./publish-reader.ts";
export { type VpcdCard, type VpcdDone, type VpcdOptions, type VpcdState } from "./slot.ts";
