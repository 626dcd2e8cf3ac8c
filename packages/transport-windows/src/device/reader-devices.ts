import { type IoctlDevice, type IoctlDeviceInterface, IoctlOpenError } from "@cardwire/core";
import { describeWin32, READER_KIND } from "@cardwire/ioctl";
import { DeviceHandle } from "./device-handle.ts";
import { openStatus } from "./request-status.ts";
import { type DeviceSystem, loadDeviceSystem } from "./system.ts";

/** A reader device that Windows lists. */
export interface ReaderDevice extends IoctlDeviceInterface {
  /**
   * The name that the device manager shows; empty when the device has none. Not its reader's name, which Windows makes of
   * the reader's vendor, type and unit.
   */
  readonly deviceName: string;
}

/**
 * The reader devices that are there now: the interfaces of GUID_DEVINTERFACE_SMARTCARD_READER. `kind` is
 * DEVPKEY_Device_ReaderKind, or 1 (generic) where the driver does not set it.
 *
 * @throws NotWindowsError on another system, MissingKoffiError without koffi, Win32CallError when SetupDi fails.
 */
export async function listReaderDevices(): Promise<readonly ReaderDevice[]> {
  return listDevices(await loadDeviceSystem());
}

/**
 * Opens a reader device by its path for one user alone: the smart-card service must not have it. Each
 * `deviceIoControl` is one overlapped request; aborting its signal is CancelIoEx, closing the device ends all of them.
 *
 * @param path as {@link listReaderDevices} finds it, `\\?\…` or `\\.\…`.
 * @throws IoctlOpenError when CreateFile fails, with its error as an NTSTATUS.
 */
export async function openReaderDevice(path: string): Promise<IoctlDevice> {
  return openDevice(await loadDeviceSystem(), path);
}

export function listDevices(system: DeviceSystem): ReaderDevice[] {
  return system.setup.list().map(({ path, friendlyName, readerKind }) => ({
    path,
    deviceName: friendlyName,
    kind: readerKind ?? READER_KIND.GENERIC,
    // what cannot be opened rejects, and does not throw
    open: async () => Promise.resolve(openDevice(system, path)),
  }));
}

export function openDevice({ kernel }: DeviceSystem, path: string): IoctlDevice {
  const opened = kernel.openDevice(path);
  if ("handle" in opened) return new DeviceHandle(kernel, opened.handle);
  const { error } = opened;
  throw new IoctlOpenError(`${path} cannot be opened: ${describeWin32(error)}`, { status: openStatus(error), path });
}
