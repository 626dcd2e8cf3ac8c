import { type UsbDeviceLike, type UsbReaders, type UsbReadersListener } from "../../usb-device.ts";
import { type FakeUsbDevice } from "./fake-usb-device.ts";

/** What WebUSB calls a `USBConnectionEvent`. */
export interface FakeUsbConnectionEvent {
  readonly type: "connect" | "disconnect";
  readonly device: FakeUsbDevice;
}

/**
 * The USB of a machine that has none: devices are plugged in and pulled out by the test. It is a {@link UsbReaders} for
 * the driver, and has the four members of `navigator.usb` for what expects that.
 */
export class FakeUsb implements UsbReaders {
  readonly platform: UsbReaders["platform"];
  readonly #devices: FakeUsbDevice[] = [];
  readonly #watchers = new Set<UsbReadersListener>();
  readonly #listeners = { connect: new Set<ConnectionListener>(), disconnect: new Set<ConnectionListener>() };

  constructor(...devices: readonly FakeUsbDevice[]) {
    for (const device of devices) this.plug(device);
  }

  plug(device: FakeUsbDevice): void {
    this.#devices.push(device);
    device.emulated.onUnplug(() => {
      this.#forget(device);
    });
    this.#tell("attached", device);
  }

  /** Pulls a device out; `device.unplug()` is the same. */
  unplug(device: FakeUsbDevice): void {
    device.unplug();
  }

  list(): Promise<readonly UsbDeviceLike[]> {
    return Promise.resolve([...this.#devices]);
  }

  watch(listener: UsbReadersListener): () => void {
    this.#watchers.add(listener);
    return () => {
      this.#watchers.delete(listener);
    };
  }

  /** How many listen: none do once everything has been put away. */
  get watchers(): number {
    return this.#watchers.size + this.#listeners.connect.size + this.#listeners.disconnect.size;
  }

  getDevices(): Promise<FakeUsbDevice[]> {
    return Promise.resolve([...this.#devices]);
  }

  /** Gives the first device that is plugged in, as if the user had chosen it. */
  requestDevice(): Promise<FakeUsbDevice> {
    const [device] = this.#devices;
    if (device !== undefined) return Promise.resolve(device);
    const error = new Error("No device selected.");
    error.name = "NotFoundError";
    return Promise.reject(error);
  }

  addEventListener(type: "connect" | "disconnect", listener: ConnectionListener): void {
    this.#listeners[type].add(listener);
  }

  removeEventListener(type: "connect" | "disconnect", listener: ConnectionListener): void {
    this.#listeners[type].delete(listener);
  }

  #forget(device: FakeUsbDevice): void {
    const index = this.#devices.indexOf(device);
    if (index >= 0) this.#devices.splice(index, 1);
    this.#tell("detached", device);
  }

  #tell(type: "attached" | "detached", device: FakeUsbDevice): void {
    for (const listener of [...this.#watchers]) listener({ type, device });
    const name = type === "attached" ? "connect" : "disconnect";
    for (const listener of [...this.#listeners[name]]) listener({ type: name, device });
  }
}

type ConnectionListener = (event: FakeUsbConnectionEvent) => void;
