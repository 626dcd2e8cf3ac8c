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
export { CardProtocolError, type CardProtocolErrorCode, isCardProtocolError } from "./protocol/protocol-error.ts";
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
