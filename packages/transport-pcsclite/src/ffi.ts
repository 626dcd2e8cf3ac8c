/**
 * SmartCardContext over pcsc-lite's own client library, called through koffi: libpcsclite, or PCSC.framework on macOS.
 * @packageDocumentation
 */
export { createPcscliteFfiContext, type PcscliteFfiContext, type PcscliteFfiOptions } from "./ffi/context.ts";
export { isMissingLibraryError, MissingLibraryError } from "./ffi/missing-library-error.ts";
