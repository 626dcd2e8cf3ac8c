/**
 * CCID readers over USB, with no driver: a SmartCardContext over a WebUSB-shaped device.
 * @packageDocumentation
 */
export { type CcidContextOptions, createCcidContext, createCcidResourceManager } from "./context/context.ts";
export { WEB_USB_FILTERS, webUsbReaders, type WebUsbLike } from "./context/web-usb-readers.ts";
export {
  CCID_FEATURE,
  type CcidClassDescriptor,
  type ExchangeLevel,
  parseClassDescriptor,
} from "./descriptor/class-descriptor.ts";
export {
  type CcidEndpoint,
  type CcidInterface,
  type CcidTransport,
  findCcidInterfaces,
} from "./descriptor/configuration.ts";
export { planReader, type PowerSelect, type ReaderPlan } from "./descriptor/plan.ts";
export {
  type DeviceIdentity,
  quirksOf,
  type QuirkSource,
  READER_QUIRKS,
  type ReaderQuirk,
} from "./descriptor/quirks.ts";
export { CCID_ESCAPE_CODE, featureControlCode } from "./device/control-codes.ts";
export {
  type ClassRequest,
  abortRequest,
  clockFrequenciesRequest,
  dataRatesRequest,
  parseClassRequest,
  parseFrequencies,
} from "./messages/class-request.ts";
export { type CcidCommand, type CommandMessage, encodeCommand, parseCommand } from "./messages/command-message.ts";
export { ccidCommand, CHAIN, CLOCK_COMMAND, MECHANICAL_FUNCTION } from "./messages/commands.ts";
export {
  ANSWERED_BY,
  commandName,
  type CommandName,
  PC_TO_RDR,
  RDR_TO_PC,
  responseName,
  type ResponseName,
} from "./messages/message-types.ts";
export { type CcidNotification, encodeNotification, parseNotification } from "./messages/notification.ts";
export {
  encodeProtocolData,
  parseProtocolData,
  type ProtocolData,
  type T0ProtocolData,
  type T1ProtocolData,
} from "./messages/parameters.ts";
export {
  type CcidResponse,
  type CommandStatus,
  encodeResponse,
  type IccStatus,
  parseResponse,
} from "./messages/response-message.ts";
export { describeSlotError, SLOT_ERROR, type SlotErrorName, slotErrorName } from "./messages/slot-error.ts";
export { CardProtocolError, type CardProtocolErrorCode, isCardProtocolError } from "./protocol/protocol-error.ts";
export { type T0Transmit, transmitApduByT0 } from "./protocol/t0/apdu.ts";
export { exchangeT0Characters, type T0Send } from "./protocol/t0/character-level.ts";
export {
  encodeT1Block,
  parseT1Block,
  type T1Block,
  type T1Defect,
  type T1Edc,
  type T1Supervisory,
} from "./protocol/t1/block.ts";
export { exchangeT1, negotiateIfsd, type T1Received, type T1Run, type T1Send } from "./protocol/t1/exchange.ts";
export { newT1Session, type T1Session } from "./protocol/t1/session.ts";
export { openCcidReader } from "./reader/open-reader.ts";
export { CcidReader, type CcidReaderOptions } from "./reader/reader.ts";
export {
  CcidReaderError,
  type CcidReaderErrorCode,
  type CcidReaderErrorDetails,
  isCcidReaderError,
} from "./reader/reader-error.ts";
export { CcidSlot, type EscapeOptions, type PresenceListener, type T0Mode } from "./reader/slot.ts";
export { type CardLink } from "./reader/negotiate.ts";
export { type SlotCallOptions } from "./reader/slot-link.ts";
export { usbFailure, type UsbFailure } from "./reader/usb-failure.ts";
export {
  type UsbAlternateLike,
  type UsbConfigurationLike,
  type UsbControlSetup,
  type UsbDeviceLike,
  type UsbEndpointLike,
  type UsbInResult,
  type UsbInterfaceLike,
  type UsbOutResult,
  type UsbReaders,
  type UsbReadersListener,
  type UsbTransferStatus,
} from "./usb-device.ts";
