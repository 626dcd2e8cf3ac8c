/**
 * CCID readers over USB, with no driver: a SmartCardContext over a WebUSB-shaped device.
 * @packageDocumentation
 */
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
