/**
 * The commands to a reader that PC/SC part 3 defines, and what kinds of reader make of them.
 * @packageDocumentation
 */
export {
  flagsObject,
  endSessionObject,
  fieldOffObject,
  fieldOnObject,
  getParametersObject,
  receiveBitsObject,
  receiveObject,
  SESSION_PARAMETERS,
  type SessionParameter,
  setParameterObject,
  startSessionObject,
  SWITCH_STANDARDS,
  switchProtocolObject,
  type SwitchStandard,
  timerObject,
  transceiveObject,
  type TransferFlags,
  transmitBitsObject,
  transmitObject,
  versionObject,
} from "./pcsc-session-objects.ts";
export {
  manageSession,
  parseSessionResponse,
  type ReceptionFault,
  type SessionResponse,
  switchProtocol,
  transparentExchange,
} from "./pcsc-session.ts";
export {
  authenticateObsolete,
  type AuthenticateFields,
  type BinaryAddress,
  generalAuthenticate,
  getData,
  type KeyType,
  loadKeys,
  type LoadKeysFields,
  readBinary,
  updateBinary,
  verify,
} from "./pcsc-storage.ts";
export { type ValueOperation, valueOperation } from "./pcsc-value.ts";
export {
  type GetDataItem,
  type KeyMemory,
  type ReaderDialect,
  type SessionForm,
  type ValueForm,
} from "./reader-dialect.ts";
export {
  ACR122U_DIALECT,
  ACS_DIALECT,
  FEITIAN_DIALECT,
  GEMALTO_PROX_DIALECT,
  IDENTIV_DIALECT,
  OMNIKEY_5022_DIALECT,
  OMNIKEY_5023_DIALECT,
  OMNIKEY_5X21_DIALECT,
  READER_DIALECTS,
  readerDialect,
  SCM_DIALECT,
  SONY_DIALECT,
  SONY_VENDOR_DIALECT,
  SPRINGCARD_DIALECT,
  STANDARD_DIALECT,
  WINDOWS_NFC_DIALECT,
} from "./reader-dialects.ts";
