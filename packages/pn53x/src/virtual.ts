/**
 * A virtual PN532, PN533 or Port-100 over a virtual field, on every way that a host has to one: frames, a serial port,
 * USB, an ACR122U.
 * @packageDocumentation
 */
export type { VirtualAir } from "./virtual/air.ts";
export { createVirtualBulkDevice, type VirtualBulkDevice } from "./virtual/bulk-device.ts";
export { createVirtualPn53x, type VirtualPn53x, type VirtualPn53xOptions } from "./virtual/chip.ts";
export { createVirtualLink, type FramePortOptions, type VirtualFrameChip } from "./virtual/frame-port.ts";
export { createVirtualSerialPort, type VirtualSerialPort } from "./virtual/serial-port.ts";
export {
  ACR122U_EMPTY_SLOT,
  createVirtualAcr122u,
  type VirtualAcr122u,
  type VirtualAcr122uCard,
  type VirtualAcr122uOptions,
} from "./virtual/acr122u/acr122u.ts";
export { createVirtualPort100, type VirtualPort100 } from "./virtual/port100/port100.ts";
