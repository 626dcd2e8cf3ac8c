/**
 * CCID readers that are not there: an emulated reader at the level of USB packets with cards in it, and a fake `USBDevice`
 * over it that behaves as Chrome's, or as that of the npm package `usb`, and goes wrong where it is told to.
 * @packageDocumentation
 */
export { type ContactBehaviour } from "./testing/card/contact-card.ts";
export { type CardDone, type EmulatedCard } from "./testing/card/emulated-card.ts";
export { type T0ChipOptions } from "./testing/card/t0-chip.ts";
export { type T1Mishap } from "./testing/card/t1-chip.ts";
export { buildClassDescriptor, CCID_FEATURE, type ClassDescriptorFields } from "./testing/ccid/class-descriptor.ts";
export { type CcidDisturbance, type Disturb } from "./testing/ccid/disturbance.ts";
export { EmulatedCcidReader, type EmulatedCcidReaderOptions } from "./testing/ccid/emulated-ccid-reader.ts";
export { EmulatedIccdToken, type EmulatedIccdTokenOptions } from "./testing/ccid/emulated-iccd-token.ts";
export { type CcidCommand } from "./testing/ccid/messages.ts";
export { type PinPad, type PinPrompt } from "./testing/ccid/pin-pad.ts";
export { type CommandOptions, type EscapeAnswer } from "./testing/ccid/reader-behaviour.ts";
export { EmulatedUsbDevice, type EmulatedUsbIdentity } from "./testing/usb/emulated-usb-device.ts";
export { FakeUsb, type FakeUsbConnectionEvent } from "./testing/usb/fake-usb.ts";
export { FakeUsbDevice, type FakeUsbDeviceOptions, type UsbCall } from "./testing/usb/fake-usb-device.ts";
export { type InOutcome, InPipe } from "./testing/usb/in-pipe.ts";
export { type UsbManner } from "./testing/usb/manners.ts";
export {
  type EmulatedEndpoint,
  type SetupPacket,
  type UsbFunction,
  type UsbFunctionPort,
} from "./testing/usb/usb-function.ts";
