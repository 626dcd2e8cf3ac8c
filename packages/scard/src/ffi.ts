/**
 * The PC/SC API in a library of the system, called through a foreign-function interface such as koffi.
 * @packageDocumentation
 */
export { ForeignScardApi, type ForeignScardOptions } from "./ffi/foreign-api.ts";
export { type ForeignFunction, type ForeignInterface, type ForeignLibrary } from "./ffi/foreign-library.ts";
export { MACOS, PCSCLITE_32, PCSCLITE_64, type ScardLayout, WINDOWS_32, WINDOWS_64 } from "./ffi/layout.ts";
