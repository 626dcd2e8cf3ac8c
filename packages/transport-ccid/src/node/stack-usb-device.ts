import { type UsbConfigurationLike, type UsbControlSetup, type UsbInResult, type UsbOutResult } from "../usb-device.ts";

/** A device as the npm package `usb` gives it: WebUSB's members, and a timeout that only version 3 looks at. */
export interface StackUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly deviceClass?: number | undefined;
  /** The bus; version 3 only. */
  readonly bus?: string | undefined;
  /** The ports from the bus to the device; version 3 only. */
  readonly ports?: readonly number[] | undefined;
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly configuration?: UsbConfigurationLike | null | undefined;
  readonly configurations: readonly UsbConfigurationLike[];
  /** What version 2's WebUSB is laid over, with the interfaces that are open; version 2 only. */
  readonly device?: { readonly interfaces?: readonly LegacyInterface[] | undefined } | undefined;
  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(configurationValue: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  controlTransferIn(setup: UsbControlSetup, length: number, timeoutMs?: number): Promise<UsbInResult>;
  controlTransferOut(setup: UsbControlSetup, data: Uint8Array<ArrayBuffer>, timeoutMs?: number): Promise<UsbOutResult>;
  transferIn(endpointNumber: number, length: number, timeoutMs?: number): Promise<UsbInResult>;
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>, timeoutMs?: number): Promise<UsbOutResult>;
  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void>;
  reset(): Promise<void>;
}

/** An interface as version 2 has it beneath its WebUSB. */
interface LegacyInterface {
  /** @param address with the direction bit. */
  endpoint(address: number): { clearHalt(done: (error?: unknown) => void): void } | undefined;
}

/** What a version of `usb` is built on, which is what decides how it behaves. */
export type UsbStack = "libusb" | "nusb";

/**
 * Clears a halt in version 2. The request alone, which is what its WebUSB sends, sets back the device's data toggle and
 * not the host's: the next packet would be lost. libusb's own call does both.
 *
 * @returns undefined where there is no such call.
 */
export function clearHaltByLibusb(
  { device }: StackUsbDevice,
  direction: "in" | "out",
  endpointNumber: number,
): Promise<void> | undefined {
  const address = direction === "in" ? endpointNumber | 0x80 : endpointNumber;
  for (const one of device?.interfaces ?? []) {
    const endpoint = one.endpoint(address);
    if (endpoint === undefined) continue;
    return new Promise((resolve, reject) => {
      endpoint.clearHalt((error) => {
        if (error === undefined || error === null) resolve();
        else reject(error instanceof Error ? error : new Error("clearHalt error", { cause: error }));
      });
    });
  }
  return undefined;
}
