import { type Clock, type IoctlDeviceInterface } from "@cardwire/core";
import type { IoctlDeviceProvider } from "@cardwire/transport-ioctl";
import { SharedReader } from "../device/open-slots.ts";
import { enterDevice, leaveDevice } from "../reader/device-share.ts";
import { smartCardInterfaces } from "../reader/open-reader.ts";
import { readCcidInterfaces } from "../reader/read-descriptors.ts";
import { CcidReaderError, isCcidReaderError } from "../reader/reader-error.ts";
import type { T0Mode } from "../reader/slot.ts";
import { within } from "../reader/time-limit.ts";
import type { UsbDeviceLike, UsbReaders } from "../usb-device.ts";
import { readerName } from "./reader-name.ts";
import { isVendorClassReader } from "./vendor-class-readers.ts";

/** What the devices of a context are made with. */
export interface ReaderDevicesOptions {
  readonly readers: UsbReaders;
  readonly clock: Clock;
  readonly t0: T0Mode;
  /** Devices with an interface of the vendor's class are opened to see whether they are readers. */
  readonly probeVendorClass: boolean;
  readonly onWaitingForTouch: (readerName: string) => void;
}

const PROBE_TIMEOUT_MS = 4_000;
const READER_KIND_GENERIC = 1;
const CLASS_VENDOR = 0xff;

/** One CCID interface of a device. */
interface FoundReader {
  readonly interfaceNumber: number;
  readonly slots: number;
}

/** The readers of one device. */
interface KnownDevice {
  readonly readers: Promise<readonly FoundReader[]>;
  readonly numbers: number[];
  /** Its slots, once its readers have their numbers. */
  slots: readonly IoctlDeviceInterface[] | undefined;
}

/** The slots of all CCID readers among the USB devices, each a device that a resource manager opens. */
export class ReaderDevices implements IoctlDeviceProvider {
  readonly #options: ReaderDevicesOptions;
  readonly #known = new Map<UsbDeviceLike, KnownDevice>();
  #paths = 0;

  constructor(options: ReaderDevicesOptions) {
    this.#options = options;
  }

  async listInterfaces(): Promise<readonly IoctlDeviceInterface[]> {
    const devices = await this.#options.readers.list();
    for (const device of [...this.#known.keys()]) if (!devices.includes(device)) this.#known.delete(device);
    const found = await Promise.all(
      devices
        .filter((device) => this.#mayBeReader(device))
        .map(async (device) => {
          const known = this.#lookAt(device);
          return { device, known, readers: await known.readers };
        }),
    );
    // numbered in the order of the list, whichever was first to say what it is
    return found.flatMap(({ device, known, readers }) => (known.slots ??= this.#slotsOf(device, known, readers)));
  }

  subscribe(listener: () => void): () => void {
    return this.#options.readers.watch(({ type, device }) => {
      // plugged again it is another reader, be it the same object
      if (type === "detached") this.#known.delete(device);
      listener();
    });
  }

  #mayBeReader(device: UsbDeviceLike): boolean {
    if (smartCardInterfaces(device).length > 0) return true;
    if (isVendorClassReader(device.vendorId, device.productId)) return true;
    const configuration = device.configuration ?? device.configurations[0];
    return (
      this.#options.probeVendorClass &&
      (configuration?.interfaces ?? []).some(({ alternates }) =>
        alternates.some(({ interfaceClass, endpoints }) => interfaceClass === CLASS_VENDOR && endpoints.length >= 2),
      )
    );
  }

  #lookAt(device: UsbDeviceLike): KnownDevice {
    let known = this.#known.get(device);
    if (known === undefined) {
      known = { readers: this.#probe(device), numbers: [], slots: undefined };
      this.#known.set(device, known);
    }
    return known;
  }

  #slotsOf(
    device: UsbDeviceLike,
    { numbers }: KnownDevice,
    readers: readonly FoundReader[],
  ): readonly IoctlDeviceInterface[] {
    return readers.flatMap(({ interfaceNumber, slots }) => {
      const number = this.#freeNumber();
      numbers.push(number);
      const names = Array.from({ length: slots }, (_, slot) =>
        readerName({ device, interfaceName: interfaceNameOf(device, interfaceNumber), number, slot }),
      );
      const { clock, t0, readers: source, onWaitingForTouch } = this.#options;
      const shared = new SharedReader(device, { interfaceNumber, clock, t0, platform: source.platform }, (slot) => {
        onWaitingForTouch(names[slot] ?? "");
      });
      const path = `usb:${hex4(device.vendorId)}:${hex4(device.productId)}:${this.#paths++}`;
      return names.map((friendlyName, slot) => ({
        path: `${path}/${interfaceNumber}/${slot}`,
        kind: READER_KIND_GENERIC,
        friendlyName,
        open: () => shared.openSlot(slot, path),
      }));
    });
  }

  /** pcscd gives a new reader the lowest number that no other has. */
  #freeNumber(): number {
    const taken = new Set([...this.#known.values()].flatMap(({ numbers }) => numbers));
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }

  /**
   * Which interfaces are readers, and how many slots they have. Where that cannot be read, for another program has the
   * device or the system does not give it, each interface of the class is a reader of one slot: its name is listed, and
   * opening it says what is the matter.
   */
  async #probe(device: UsbDeviceLike): Promise<readonly FoundReader[]> {
    const { clock } = this.#options;
    const tooLong = (): Error => new CcidReaderError("TIMEOUT", "the device does not open");
    const entering = enterDevice(device);
    try {
      await within(clock, PROBE_TIMEOUT_MS, tooLong, entering);
      try {
        const found = await readCcidInterfaces(device, clock);
        return found.map(({ interfaceNumber, classDescriptor }) => ({
          interfaceNumber,
          slots: classDescriptor.bMaxSlotIndex + 1,
        }));
      } finally {
        await leaveDevice(device, clock);
      }
    } catch (error) {
      if (isCcidReaderError(error, "TIMEOUT")) entering.then(() => leaveDevice(device, clock)).catch(() => undefined);
      return smartCardInterfaces(device).map((interfaceNumber) => ({ interfaceNumber, slots: 1 }));
    }
  }
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}

function interfaceNameOf(device: UsbDeviceLike, interfaceNumber: number): string | undefined {
  const configuration = device.configuration ?? device.configurations[0];
  const found = configuration?.interfaces.find((one) => one.interfaceNumber === interfaceNumber);
  return found?.alternates[0]?.interfaceName ?? undefined;
}
