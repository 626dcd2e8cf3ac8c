/**
 * The contract of the Windows smart-card reader DDI: control codes, attributes, buffers, statuses and their mappings.
 * @packageDocumentation
 */
export {
  attributeType,
  type AttributeType,
  type AttributeValue,
  decodeAttribute,
  encodeAttribute,
  MAXIMUM_ATTR_STRING_LENGTH,
  SCARD_ATR_LENGTH,
} from "./attribute-codec.ts";
export { attributeName, type AttributeName, SCARD_ATTR } from "./attributes.ts";
export {
  encodeGetAttributeInput,
  encodeLastError,
  encodePowerInput,
  encodeProtocol,
  encodeReaderState,
  encodeSetAttributeInput,
  parseGetAttributeInput,
  parseLastError,
  parsePowerInput,
  parseProtocolInput,
  parseProtocolOutput,
  parseReaderState,
  parseSetAttributeInput,
} from "./buffers.ts";
export {
  type ContractDifference,
  IOCTL_CONTRACT,
  type IoctlBreach,
  type IoctlCheck,
  type IoctlContract,
  ioctlContracts,
  UNLISTED_IOCTL,
} from "./contract.ts";
export { IOCTL_SMARTCARD, type IoctlCode, ioctlName, type IoctlName, scardCtlCode } from "./control-codes.ts";
export {
  type DevicePropertyKey,
  DEVPKEY_READER_KIND,
  READER_KIND,
  type ReaderKind,
  type ReaderKindName,
  SMARTCARD_READER_INTERFACE_GUID,
  SMARTCARD_READER_REFERENCE_STRING,
} from "./device-interface.ts";
export {
  describeNtStatus,
  type NtStatus,
  NTSTATUS,
  NTSTATUS_MEANING,
  type NtStatusName,
  ntStatusName,
} from "./ntstatus.ts";
export { type PcscPlatform } from "./platform.ts";
export {
  ICC_TYPE,
  PCSCLITE_PROTOCOL,
  PCSCLITE_READER_STATE,
  type PowerName,
  type ProtocolName,
  type ReaderState,
  type ReaderStateName,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER,
  SCARD_READER_STATE,
  SCARD_STATE,
} from "./reader-state.ts";
export {
  describeScard,
  SCARD,
  SCARD_MEANING,
  SCARD_PCSCLITE,
  type ScardCode,
  scardCode,
  type ScardName,
  scardName,
} from "./scard.ts";
export {
  RESPONSE_CODE_TO_SCARD,
  scardFromResponseCode,
  smartCardErrorFromScard,
  type SmartCardFailureContext,
} from "./scard-error.ts";
export {
  NtStatusError,
  responseCodeFromScard,
  smartCardErrorFromCode,
  smartCardErrorFromNtStatus,
} from "./smart-card-error.ts";
export {
  describeWin32,
  type MappingSource,
  NTSTATUS_TO_SCARD,
  NTSTATUS_TO_SCARD_SOURCE,
  NTSTATUS_TO_WIN32,
  NTSTATUS_TO_WIN32_SOURCE,
  ntStatusesFromWin32,
  ntStatusFromWin32,
  scardFromNtStatus,
  win32FromNtStatus,
  win32Meaning,
} from "./status-mapping.ts";
export {
  encodeTransmitInput,
  encodeTransmitOutput,
  parseTransmitInput,
  parseTransmitOutput,
  PCI_BYTES,
  type TransmitInput,
  type TransmitOutput,
} from "./transmit.ts";
export { WIN32, type Win32Error, type Win32Name, win32Name } from "./win32.ts";
