/**
 * Smart cards and NFC tags: one import for every reader of the machine.
 * @packageDocumentation
 */
export * from "@cardwire/core";
export { type CardIdentity } from "./card-identity.ts";
export { dialectOf } from "./dialect-of.ts";
export { type FamilyHelpers, type FamilyName } from "./families/index.ts";
export { frameWordsOf } from "./frame-words/index.ts";
export { identifyAtr } from "./identify.ts";
export {
  type CardMemory,
  type MemoryArea,
  type MemoryAreaKind,
  type ReadMemoryOptions,
  type TapMemory,
} from "./memory.ts";
export { isNoTransportError, NoTransportError } from "./no-transport-error.ts";
export { openContext, type OpenContextOptions, type TransportName } from "./open-context.ts";
export { readerFamilies } from "./reader-families.ts";
export { type Tap, type TapProblem } from "./tap.ts";
export { type TapIdentity } from "./tap-identity.ts";
export { type TapNdef } from "./tap-ndef.ts";
export { type TapEvent, tapEvents, taps, type TapsOptions, type TapStream } from "./taps.ts";
export { type TapEventOf, type TapListeners, type TapWatcher, watchTaps } from "./tap-watcher.ts";
export { createVirtualReader, type VirtualReader, type VirtualReaderOptions } from "./virtual-reader.ts";
