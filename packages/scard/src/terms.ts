/**
 * The words of the Web Smart Card API in the numbers of the PC/SC API, for whoever speaks these another way.
 * @packageDocumentation
 */
export { MACOS_DIALECT, PCSCLITE_DIALECT, WINDOWS_DIALECT } from "./dialects.ts";
export { type ScardDialect } from "./scard-api.ts";
export { DISPOSITION, protocolBit, protocolBits, protocolName, SHARE_MODE } from "./terms/call-terms.ts";
export { believedBits, eventFlags, isPnpNotification } from "./terms/reader-terms.ts";
