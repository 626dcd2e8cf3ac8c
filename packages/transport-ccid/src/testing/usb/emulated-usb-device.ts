import { concatBytes } from "@cardwire/core";
import { InPipe } from "./in-pipe.ts";
import { type SetupPacket, type UsbFunction, type UsbFunctionPort } from "./usb-function.ts";

/** Who a device says it is. */
export interface EmulatedUsbIdentity {
  /** idVendor; 1209, the vendor of open projects, unless given. */
  readonly vendorId?: number;
  /** idProduct; CC1D unless given. */
  readonly productId?: number;
  /** bcdDevice; 0100 unless given. */
  readonly deviceVersion?: number;
  /** "Emulated" unless given. The empty string is no string descriptor. */
  readonly manufacturerName?: string;
  /** "CCID Reader" unless given. */
  readonly productName?: string;
  /** "0001" unless given. */
  readonly serialNumber?: string;
  /** iInterface of every function; the empty string, none, unless given. */
  readonly interfaceName?: string;
}

const DESCRIPTOR = { device: 1, configuration: 2, string: 3, interface: 4, endpoint: 5 } as const;
const REQUEST = { getStatus: 0, clearFeature: 1, getDescriptor: 6, getConfiguration: 8, getInterface: 10 } as const;
/** SET_FEATURE, SET_ADDRESS, SET_CONFIGURATION, SET_INTERFACE: accepted, and nothing else. */
const ACCEPTED: readonly number[] = [3, 5, 9, 11];
const NOTHING = new Uint8Array(0);
const US_ENGLISH = Uint8Array.of(4, DESCRIPTOR.string, 0x09, 0x04);

/**
 * A USB device of one configuration, at the level of packets: descriptors, standard requests, IN endpoints with packets
 * on them, halts. Whatever plays the host (a fake `USBDevice`, a kernel behind USB/IP) drives it by `control`,
 * `receive` and `pipe`.
 */
export class EmulatedUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice. */
  readonly deviceVersion: number;
  readonly functions: readonly UsbFunction[];
  /** Manufacturer, product, serial number, interface: string descriptors 1 to 4. */
  readonly strings: readonly string[];
  readonly #pipes = new Map<number, InPipe>();
  readonly #halted = new Set<number>();
  readonly #unplugListeners: (() => void)[] = [];
  #plugged = true;

  constructor(functions: readonly UsbFunction[], identity: EmulatedUsbIdentity = {}) {
    this.functions = functions;
    this.vendorId = identity.vendorId ?? 0x1209;
    this.productId = identity.productId ?? 0xcc1d;
    this.deviceVersion = identity.deviceVersion ?? 0x0100;
    this.strings = [
      identity.manufacturerName ?? "Emulated",
      identity.productName ?? "CCID Reader",
      identity.serialNumber ?? "0001",
      identity.interfaceName ?? "",
    ];
    const port: UsbFunctionPort = {
      send: (address, ...packets) => {
        this.#pipes.get(address)?.push(packets);
      },
      unread: (address) => this.#pipes.get(address)?.unread ?? 0,
      replace: (address, packet) => {
        this.#pipes.get(address)?.replace(packet);
      },
      halt: (address) => {
        this.halt(address);
      },
      unplug: () => {
        this.unplug();
      },
    };
    for (const usbFunction of functions) {
      for (const { address, packetSize } of usbFunction.endpoints)
        if ((address & 0x80) !== 0) this.#pipes.set(address, new InPipe(packetSize));
      usbFunction.attach(port);
    }
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** 512-byte bulk packets make a device a high-speed one. */
  get highSpeed(): boolean {
    return this.functions.some(({ endpoints }) =>
      endpoints.some(({ type, packetSize }) => type === "bulk" && packetSize > 64),
    );
  }

  get deviceDescriptor(): Uint8Array {
    const { vendorId, productId, deviceVersion } = this;
    return Uint8Array.of(
      ...[18, DESCRIPTOR.device, ...word(0x0200), 0, 0, 0, 64],
      ...[...word(vendorId), ...word(productId), ...word(deviceVersion)],
      ...[this.#stringIndex(1), this.#stringIndex(2), this.#stringIndex(3), 1],
    );
  }

  get configurationDescriptor(): Uint8Array {
    const body = concatBytes(...this.functions.map((usbFunction) => this.#interfaceDescriptors(usbFunction)));
    const header = [9, DESCRIPTOR.configuration, ...word(9 + body.length), this.functions.length, 1, 0, 0x80, 50];
    return concatBytes(Uint8Array.from(header), body);
  }

  /** The packets that an IN endpoint has for the host; undefined for an endpoint that there is not. */
  pipe(address: number): InPipe | undefined {
    return this.#pipes.get(address);
  }

  isHalted(address: number): boolean {
    return this.#halted.has(address);
  }

  halt(address: number): void {
    this.#halted.add(address);
    this.#pipes.get(address)?.stall();
  }

  clearHalt(address: number): void {
    this.#halted.delete(address);
    this.#pipes.get(address)?.clearStall();
  }

  /** A control transfer: the data that came back, no bytes for one without, undefined for a stall. */
  control(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if ((setup.bmRequestType & 0x60) === 0) return this.#standard(setup)?.subarray(0, setup.wLength);
    const target = this.functions.find(({ interfaceNumber }) => interfaceNumber === (setup.wIndex & 0xff));
    return target?.control(setup, data);
  }

  /** A bulk transfer to an OUT endpoint; false when it stalls. */
  receive(address: number, bytes: Uint8Array): boolean {
    if (this.#halted.has(address)) return false;
    const target = this.functions.find(({ endpoints }) => endpoints.some((endpoint) => endpoint.address === address));
    target?.receive(address, bytes);
    return true;
  }

  /** A bus reset, or a host that begins anew: packets and halts are gone. */
  reset(): void {
    this.#halted.clear();
    for (const pipe of this.#pipes.values()) pipe.clear();
    for (const usbFunction of this.functions) usbFunction.reset();
  }

  /** Pulls the device out. For good: plugged again it is another one. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    for (const pipe of this.#pipes.values()) pipe.unplug();
    for (const listener of this.#unplugListeners) listener();
  }

  onUnplug(listener: () => void): void {
    this.#unplugListeners.push(listener);
  }

  #stringIndex(index: number): number {
    return this.strings[index - 1] === "" ? 0 : index;
  }

  #interfaceDescriptors(usbFunction: UsbFunction): Uint8Array {
    const { interfaceNumber, interfaceClass, interfaceSubclass, interfaceProtocol, endpoints } = usbFunction;
    const { bytes, place } = usbFunction.classDescriptor;
    const head = Uint8Array.of(
      ...[9, DESCRIPTOR.interface, interfaceNumber, 0, endpoints.length],
      ...[interfaceClass, interfaceSubclass, interfaceProtocol, this.#stringIndex(4)],
    );
    const tail = endpoints.map(({ address, type, packetSize }) =>
      Uint8Array.of(
        ...[7, DESCRIPTOR.endpoint, address, type === "bulk" ? 2 : 3, ...word(packetSize)],
        // in frames of 1 ms, or as an exponent over microframes: 16 and 8 ms
        type === "bulk" ? 0 : this.highSpeed ? 7 : 16,
      ),
    );
    return place === "behind-interface" ? concatBytes(head, bytes, ...tail) : concatBytes(head, ...tail, bytes);
  }

  #standard({ bmRequestType, bRequest, wValue, wIndex }: SetupPacket): Uint8Array | undefined {
    switch (bRequest) {
      case REQUEST.getDescriptor:
        return this.#descriptor(wValue >> 8, wValue & 0xff);
      case REQUEST.getStatus:
        return Uint8Array.of(this.#halted.has(wIndex & 0xff) && (bmRequestType & 0x1f) === 2 ? 1 : 0, 0);
      case REQUEST.getConfiguration:
        return Uint8Array.of(1);
      case REQUEST.getInterface:
        return Uint8Array.of(0);
      case REQUEST.clearFeature:
        if ((bmRequestType & 0x1f) === 2) this.clearHalt(wIndex & 0xff);
        return NOTHING;
      default:
        return ACCEPTED.includes(bRequest) ? NOTHING : undefined;
    }
  }

  #descriptor(type: number, index: number): Uint8Array | undefined {
    if (type === DESCRIPTOR.device) return this.deviceDescriptor;
    if (type === DESCRIPTOR.configuration) return index === 0 ? this.configurationDescriptor : undefined;
    if (type !== DESCRIPTOR.string) return undefined;
    if (index === 0) return US_ENGLISH;
    const text = this.strings[index - 1] ?? "";
    return text === "" ? undefined : stringDescriptor(text);
  }
}

function word(value: number): readonly [number, number] {
  return [value & 0xff, (value >> 8) & 0xff];
}

/** UTF-16, little endian (USB 2.0, section 9.6.7). */
function stringDescriptor(text: string): Uint8Array {
  const bytes = [2 + 2 * text.length, DESCRIPTOR.string];
  for (let index = 0; index < text.length; index++) bytes.push(...word(text.charCodeAt(index)));
  return Uint8Array.from(bytes);
}
