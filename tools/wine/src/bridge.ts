import {
  concatBytes,
  type IoctlDevice,
  type IoctlDeviceInterface,
  isIoctlOpenError,
  type IoctlResult,
  isUsageError,
} from "@cardwire/core";
import { NTSTATUS } from "@cardwire/ioctl";
import { openReaderDevice } from "@cardwire/transport-windows";

const BRIDGE_PATH = "\\\\.\\CardwireBridge";
/** CTL_CODE(FILE_DEVICE_UNKNOWN 22h, function, METHOD_BUFFERED, FILE_ANY_ACCESS). */
const BRIDGE = { next: 0x0022_2000, done: 0x0022_2004, enable: 0x0022_2008 } as const;
const EVENT = { open: 0, close: 1, ioctl: 2, cancelled: 3 } as const;
const HEADER_BYTES = 28;
/** The longest command APDU with its header, and an event's own. */
const EVENT_BYTES = HEADER_BYTES + 8 + 65_544 + 16;
const NOTHING = new Uint8Array(0);

interface Session {
  readonly device: IoctlDevice;
}

/** The program's end of driver/cwbridge.c: serves the driver's units with devices of ours. */
export class Bridge {
  /** By unit: the device interface that is listed there. */
  #units: readonly (IoctlDeviceInterface | undefined)[] = [];
  readonly #enabled: boolean[] = [];
  readonly #driver: IoctlDevice;
  readonly #sessions = new Map<number, Session>();
  /** Handles that Wine gave though their open was refused, with the refusal. */
  readonly #refused = new Map<number, number>();
  readonly #cancels = new Map<number, AbortController>();
  readonly #leaving = new AbortController();
  /** Opens and closes, one after the other: a handle that is closed must be gone before the next open. */
  #order: Promise<void> = Promise.resolve();
  #switched: Promise<void> = Promise.resolve();
  readonly #served: Promise<void>;

  private constructor(driver: IoctlDevice) {
    this.#driver = driver;
    this.#served = this.#serve();
  }

  static async open(): Promise<Bridge> {
    return new Bridge(await openReaderDevice(BRIDGE_PATH));
  }

  /** Which device answers which unit from now on. The interfaces of the others are switched off. */
  setUnits(units: readonly (IoctlDeviceInterface | undefined)[]): void {
    this.#units = units;
    for (let unit = 0; unit < Math.max(units.length, this.#enabled.length); unit++) {
      const on = units[unit] !== undefined;
      if ((this.#enabled[unit] ?? false) === on) continue;
      this.#enabled[unit] = on;
      this.#switched = this.#switched.then(async () => {
        await this.#control(BRIDGE.enable, Uint8Array.of(unit, 0, 0, 0, Number(on), 0, 0, 0));
      });
    }
  }

  /** Resolves when the interfaces are as they were last set. */
  get settled(): Promise<void> {
    return this.#switched;
  }

  async close(): Promise<void> {
    this.#leaving.abort();
    await this.#served;
    await this.#driver.close();
  }

  async #control(code: number, input: Uint8Array): Promise<void> {
    const { status } = await this.#driver.deviceIoControl(code, input, 0);
    // a request that was cancelled meanwhile is no longer there to be answered
    if (status !== NTSTATUS.SUCCESS && status !== NTSTATUS.NOT_FOUND)
      throw new Error(`the bridge driver gave ${status.toString(16)} for ${code.toString(16)}`);
  }

  async #serve(): Promise<void> {
    const { signal } = this.#leaving;
    while (!signal.aborted) {
      const { status, output } = await this.#driver.deviceIoControl(BRIDGE.next, NOTHING, EVENT_BYTES, { signal });
      if (status === NTSTATUS.CANCELLED) return;
      if (status !== NTSTATUS.SUCCESS) throw new Error(`the bridge driver gave ${status.toString(16)}`);
      this.#handle(output);
    }
  }

  #handle(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const field = (index: number): number => view.getUint32(4 * index, true);
    const [id, kind, unit, session, code, outputLength] = [field(0), field(1), field(2), field(3), field(4), field(5)];
    switch (kind) {
      case EVENT.open:
        this.#order = this.#order.then(() => this.#open(id, unit, session));
        return;
      case EVENT.close:
        this.#order = Promise.all([this.#order, this.#sessions.has(session) ? this.#close(session) : undefined]).then(
          () => this.#close(session),
        );
        return;
      case EVENT.cancelled:
        this.#cancels.get(id)?.abort();
        return;
      default:
        this.#cancels.set(id, new AbortController());
        // Wine does not wait for a pended open: the first request may be here before it is answered
        void (this.#sessions.has(session) ? Promise.resolve() : this.#order).then(() =>
          this.#ioctl(id, session, code, bytes.subarray(HEADER_BYTES), outputLength),
        );
    }
  }

  async #open(id: number, unit: number, session: number): Promise<void> {
    let status: number = NTSTATUS.SUCCESS;
    try {
      const device = await this.#units[unit]?.open();
      if (device === undefined) status = NTSTATUS.OBJECT_NAME_NOT_FOUND;
      else this.#sessions.set(session, { device });
    } catch (error) {
      if (!isIoctlOpenError(error)) throw error;
      status = error.status;
    }
    if (status !== NTSTATUS.SUCCESS) this.#refused.set(session, status);
    await this.#done(id, { status, information: 0, output: NOTHING });
  }

  async #close(session: number): Promise<void> {
    const open = this.#sessions.get(session);
    this.#sessions.delete(session);
    await open?.device.close();
  }

  async #ioctl(id: number, session: number, code: number, input: Uint8Array, outputLength: number): Promise<void> {
    const open = this.#sessions.get(session);
    const cancel = this.#cancels.get(id) ?? new AbortController();
    const refused = this.#refused.get(session);
    const result =
      refused === undefined
        ? await ask(open?.device, code, input, outputLength, cancel.signal)
        : { status: refused, information: 0, output: NOTHING };
    this.#cancels.delete(id);
    // one that the driver has ended is not answered
    if (!cancel.signal.aborted) await this.#done(id, result);
  }

  #done(id: number, { status, output }: IoctlResult): Promise<void> {
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    view.setUint32(0, id, true);
    view.setUint32(4, status, true);
    return this.#control(BRIDGE.done, concatBytes(header, output));
  }
}

/** A reader that has been put away meanwhile is one that was pulled out. */
async function ask(
  device: IoctlDevice | undefined,
  code: number,
  input: Uint8Array,
  outputLength: number,
  signal: AbortSignal,
): Promise<IoctlResult> {
  const gone: IoctlResult = { status: NTSTATUS.DEVICE_REMOVED, information: 0, output: NOTHING };
  try {
    return (await device?.deviceIoControl(code, input, outputLength, { signal })) ?? gone;
  } catch (error) {
    if (isUsageError(error)) return gone;
    throw error;
  }
}
