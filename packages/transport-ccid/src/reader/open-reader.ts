import { type Clock, systemClock } from "@cardwire/core";
import type { CcidInterface } from "../descriptor/configuration.ts";
import { planReader } from "../descriptor/plan.ts";
import type { UsbDeviceLike } from "../usb-device.ts";
import { enterDevice, giveBack, leaveDevice } from "./device-share.ts";
import { readCcidInterfaces, readDataRates } from "./read-descriptors.ts";
import { CcidReader, type CcidReaderOptions } from "./reader.ts";
import { CcidReaderError, isCcidReaderError } from "./reader-error.ts";
import { within } from "./time-limit.ts";
import { openError, usbFailure } from "./usb-failure.ts";

const OPEN_TIMEOUT_MS = 10_000;
const CLASS_SMART_CARD = 0x0b;

/**
 * Opens a device, claims its reader and asks it for the state of its slots.
 *
 * @throws CcidReaderError NO_READER for a device without a CCID interface, HELD_BY_OTHER and NOT_ALLOWED with what to do
 *   about it, FIRMWARE_REFUSED, and what the USB connection rejects with. The device is then given back.
 */
export async function openCcidReader(device: UsbDeviceLike, options: CcidReaderOptions = {}): Promise<CcidReader> {
  const { clock = systemClock } = options;
  await enter(device, options, clock);
  let giveUp = (): Promise<void> => leaveDevice(device, clock);
  try {
    const ccid = await claimReader(device, options, clock);
    giveUp = () => giveBack(device, ccid.interfaceNumber, clock);
    const plan = planReader(ccid.classDescriptor, ccid.transport, {
      vendorId: device.vendorId,
      productId: device.productId,
      version: deviceVersion(device),
    });
    if (plan.refused)
      throw new CcidReaderError("FIRMWARE_REFUSED", "the reader's firmware is known not to work: it needs an update");
    const rates =
      plan.dataRates > 0 && plan.hostSetsParameters
        ? await readDataRates(device, ccid.interfaceNumber, plan.dataRates, clock)
        : [];
    const reader = new CcidReader(device, ccid, plan, rates, options);
    giveUp = () => reader.close();
    await reader.start();
    return reader;
  } catch (error) {
    await giveUp();
    throw isCcidReaderError(error) ? error : openError(error, options.platform);
  }
}

/** bcdDevice. */
export function deviceVersion(device: UsbDeviceLike): number {
  return (device.deviceVersionMajor << 8) | (device.deviceVersionMinor << 4) | device.deviceVersionSubminor;
}

/** The numbers of the interfaces of class 0Bh of the active configuration. */
export function smartCardInterfaces(device: UsbDeviceLike): number[] {
  const configuration = device.configuration ?? device.configurations[0];
  return (configuration?.interfaces ?? [])
    .filter(({ alternates }) => alternates.some(({ interfaceClass }) => interfaceClass === CLASS_SMART_CARD))
    .map(({ interfaceNumber }) => interfaceNumber);
}

async function enter(device: UsbDeviceLike, { platform }: CcidReaderOptions, clock: Clock): Promise<void> {
  const entering = enterDevice(device);
  try {
    await within(clock, OPEN_TIMEOUT_MS, tooLong, entering);
  } catch (error) {
    if (!isCcidReaderError(error)) throw openError(error, platform);
    // one that opens after nobody wants it any more is closed again
    entering.then(() => leaveDevice(device, clock)).catch(() => undefined);
    throw error;
  }
}

function tooLong(): CcidReaderError {
  return new CcidReaderError("TIMEOUT", "the device does not open, or cannot be claimed");
}

/** Claims before it knows the descriptors where that is the only way to read them (Windows). */
async function claimReader(
  device: UsbDeviceLike,
  { interfaceNumber }: CcidReaderOptions,
  clock: Clock,
): Promise<CcidInterface> {
  let claimed: number | undefined;
  const claim = async (number: number): Promise<void> => {
    await within(clock, OPEN_TIMEOUT_MS, tooLong, device.claimInterface(number));
    claimed = number;
  };
  try {
    let interfaces: CcidInterface[];
    try {
      interfaces = await readCcidInterfaces(device, clock);
    } catch (error) {
      const candidate = interfaceNumber ?? smartCardInterfaces(device)[0];
      if (candidate === undefined || usbFailure(error) === "gone") throw error;
      await claim(candidate);
      interfaces = await readCcidInterfaces(device, clock);
    }
    const ccid = interfaces.find((one) => interfaceNumber === undefined || one.interfaceNumber === interfaceNumber);
    if (ccid === undefined) throw new CcidReaderError("NO_READER", "the device has no such CCID interface");
    if (claimed === undefined) await claim(ccid.interfaceNumber);
    return ccid;
  } catch (error) {
    if (claimed !== undefined) await device.releaseInterface(claimed).catch(() => undefined);
    throw error;
  }
}
