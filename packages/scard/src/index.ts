/**
 * The PC/SC API's functions (SCardEstablishContext and the others) as a SmartCardContext, however they are called.
 * @packageDocumentation
 */
export { type ScardConnection, type ScardReconnectOptions } from "./connection.ts";
export { createScardContext, type ScardConnectResult, type ScardContext, type ScardContextOptions } from "./context.ts";
export { MACOS_DIALECT, PCSCLITE_DIALECT, WINDOWS_DIALECT } from "./dialects.ts";
export {
  type ScardApi,
  type ScardBytesOutcome,
  type ScardConnectOutcome,
  type ScardDialect,
  type ScardHandle,
  type ScardOutcome,
  type ScardReaderAnswer,
  type ScardReaderQuestion,
  type ScardStatusOutcome,
} from "./scard-api.ts";
export { type ScardThreads, type ThreadUse } from "./threads.ts";
