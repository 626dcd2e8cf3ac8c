/**
 * Windows: winscard.dll as a SmartCardContext, and reader devices by DeviceIoControl.
 * @packageDocumentation
 */
export { createWindowsContext, type WindowsContext, type WindowsContextOptions } from "./context.ts";
export { createDeviceContext, type DeviceWatchOptions, readerDevices } from "./device/device-provider.ts";
export { isWin32CallError, Win32CallError } from "./device/win32-call-error.ts";
export { listReaderDevices, openReaderDevice, type ReaderDevice } from "./device/reader-devices.ts";
export {
  type ReaderDeviceEvent,
  watchReaderDevices,
  type WatchReaderDevicesOptions,
} from "./device/watch-reader-devices.ts";
export { isMissingKoffiError, MissingKoffiError } from "./missing-koffi-error.ts";
export { isNotWindowsError, NotWindowsError } from "./not-windows-error.ts";
