/**
 * PN532, PN533 and the Port-100 of an RC-S380 as RF front ends: frames, commands, the ways to the chip (ACR122U, USB,
 * serial port), and an `RfFrontEnd` for `@cardwire/nfc-reader`.
 * @packageDocumentation
 */
export { openPn53x, type Pn53x } from "./chip/pn53x.ts";
export * from "./command/index.ts";
export {
  ackFrame,
  checksum,
  errorFrame,
  FRAME_IDENTIFIER,
  type FrameForm,
  informationFrame,
  MAX_FRAME_DATA_BYTES,
  nackFrame,
  PN53X_FRAMES,
} from "./frame/frame.ts";
export { type FrameEvent, FrameReader } from "./frame/frame-reader.ts";
export { createPn53xFrontEnd, type Pn53xFrontEndOptions } from "./front-end/front-end.ts";
export type { Pn53xTechnology } from "./front-end/select.ts";
export {
  type Acr122uExchange,
  type Acr122uIndication,
  type Acr122uOptions,
  type Acr122uPipe,
  openAcr122uPipe,
} from "./pipe/acr122u.ts";
export {
  type BulkConfiguration,
  type BulkDevice,
  type BulkEndpoint,
  type BulkLinkOptions,
  createBulkLink,
  type EndpointNumbers,
} from "./pipe/bulk-link.ts";
export type { ByteLink } from "./pipe/byte-link.ts";
export { createFramePipe, type FramePipe, type FramePipeOptions } from "./pipe/frame-pipe.ts";
export type { Pn53xExchangeOptions, Pn53xPipe } from "./pipe/pipe.ts";
export { createSerialLink, type SerialPortLike } from "./pipe/serial-link.ts";
export { openSerialPipe, type SerialPipeOptions, wakeUpBytes } from "./pipe/serial-pipe.ts";
export { openUsbPipe, USB_FRAME_READERS, type UsbPipeOptions } from "./pipe/usb-pipe.ts";
export { isPn53xError, Pn53xError, type Pn53xErrorCode, type Pn53xErrorDetails } from "./pn53x-error.ts";
export * from "./port100/index.ts";
export { describePn53xStatus, Pn53xStatus, type Pn53xStatusName, pn53xStatusName, rfFailureOf } from "./status.ts";
