import {
  type Clock,
  fromHex,
  type IoctlDevice,
  type IoctlDeviceInterface,
  IoctlOpenError,
  type IoctlOptions,
  type IoctlResult,
  systemClock,
  toHex,
} from "@cardwire/core";
import {
  encodeProtocol,
  encodeReaderState,
  encodeTransmitOutput,
  IOCTL_SMARTCARD,
  ioctlName,
  NTSTATUS,
  parseGetAttributeInput,
  parsePowerInput,
  parseProtocolInput,
  parseTransmitInput,
  READER_KIND,
  type ReaderState,
  SCARD_ATTR,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";

/** A card that answers from a table; what it does not know it answers with 6D00. */
export interface FakeCard {
  readonly atr: Uint8Array;
  readonly mute?: boolean;
  /** Command and response in hexadecimal digits. */
  readonly answers: Readonly<Record<string, string>>;
  /** How long it takes, for commands that begin so, in milliseconds. */
  readonly slow?: { readonly command: string; readonly ms: number };
}

export const NTAG_ATR: Uint8Array = fromHex("3B8F8001804F0CA0000003060300030000000068");
export const NTAG: FakeCard = {
  atr: NTAG_ATR,
  answers: {
    FFCA000000: "04A23B7A1D6F809000",
    FFB0000404: "030DD1019000",
    FFB0000504: "095501629000",
  },
};

/** What a test may change of a {@link FakeDevice}. */
export interface FakeDeviceOptions {
  readonly path?: string;
  readonly vendor?: string;
  readonly type?: string;
  readonly unit?: number;
  readonly clock?: Clock;
  /** CHARACTERISTICS: contactless unless given. */
  readonly characteristics?: number;
  /** POWER down: NOT_SUPPORTED as NFC readers have it, or a state SWALLOWED. */
  readonly powersDown?: boolean;
  /** The state in which an arriving card is: SPECIFIC as NFC readers have it, or one before. */
  readonly arrivalState?: ReaderState;
}

const OK = NTSTATUS.SUCCESS;
const NOTHING = new Uint8Array(0);

function dword(value: number): Uint8Array {
  return encodeProtocol(value);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(`${text}\0`, (letter) => letter.charCodeAt(0));
}

/** A reader device that keeps the DDI, and breaks it where it is told to. */
export class FakeDevice implements IoctlDeviceInterface {
  readonly path: string;
  readonly kind = READER_KIND.NFC;
  /** Every I/O control, such as "TRANSMIT FFCA000000". */
  readonly log: string[] = [];
  readonly attributes: Map<number, Uint8Array>;
  /** Answers to come for a control code, before the device itself is asked: a status, or a promise that hangs. */
  readonly script = new Map<number, (number | "hang" | "reject")[]>();
  /** What `open` gives in place of a handle. */
  openFailure: Error | undefined;
  opens = 0;
  closes = 0;
  radioOff = false;
  card: FakeCard | undefined;
  state: ReaderState = SCARD_READER_STATE.ABSENT;
  protocol = 0;
  /** How many resets the card has had. */
  resets = 0;
  readonly #options: FakeDeviceOptions;
  readonly #clock: Clock;
  #handle: FakeHandle | undefined;

  constructor(options: FakeDeviceOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.path = options.path ?? "\\\\?\\fake#0";
    this.attributes = new Map([
      [SCARD_ATTR.VENDOR_NAME, ascii(options.vendor ?? "Microsoft")],
      [SCARD_ATTR.VENDOR_IFD_TYPE, ascii(options.type ?? "IFD")],
      [SCARD_ATTR.DEVICE_UNIT, dword(options.unit ?? 0)],
      [SCARD_ATTR.CHARACTERISTICS, dword(options.characteristics ?? 8)],
      [SCARD_ATTR.DEFAULT_CLK, dword(13_560)],
    ]);
  }

  open(): Promise<IoctlDevice> {
    this.opens++;
    if (this.openFailure !== undefined) return Promise.reject(this.openFailure);
    if (this.#handle !== undefined) return this.#refuse(NTSTATUS.ACCESS_DENIED);
    if (this.radioOff) return this.#refuse(NTSTATUS.INVALID_DEVICE_STATE);
    this.#handle = new FakeHandle(this);
    return Promise.resolve(this.#handle);
  }

  #refuse(status: number): Promise<never> {
    return Promise.reject(new IoctlOpenError("refused", { status, path: this.path }));
  }

  closed(): void {
    this.closes++;
    this.#handle = undefined;
  }

  get pending(): number {
    return this.#handle?.pending.size ?? 0;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  insert(card: FakeCard = NTAG): void {
    this.card = card;
    this.state = this.#options.arrivalState ?? SCARD_READER_STATE.SPECIFIC;
    this.protocol = 0;
    this.#handle?.complete(IOCTL_SMARTCARD.IS_PRESENT, OK);
  }

  remove(): void {
    this.card = undefined;
    this.state = SCARD_READER_STATE.ABSENT;
    this.#handle?.complete(IOCTL_SMARTCARD.IS_ABSENT, OK);
  }

  setRadio(on: boolean): void {
    this.radioOff = !on;
    if (on) return;
    this.remove();
    this.#handle?.complete(IOCTL_SMARTCARD.IS_PRESENT, NTSTATUS.DEVICE_POWERED_OFF);
  }

  /** The device is unplugged: what waits ends with DEVICE_REMOVED. */
  unplug(): void {
    this.#handle?.complete(IOCTL_SMARTCARD.IS_PRESENT, NTSTATUS.DEVICE_REMOVED);
    this.#handle?.complete(IOCTL_SMARTCARD.IS_ABSENT, NTSTATUS.DEVICE_REMOVED);
  }

  /** The next answers to a control code. */
  answer(code: number, ...answers: (number | "hang" | "reject")[]): void {
    this.script.set(code, [...(this.script.get(code) ?? []), ...answers]);
  }

  perform(code: number, input: Uint8Array, outputLength: number): Promise<IoctlResult> | "pend" {
    const name = ioctlName(code) ?? code.toString(16);
    const shown = code === IOCTL_SMARTCARD.TRANSMIT ? input.subarray(8) : input;
    this.log.push(shown.length > 0 ? `${name} ${toHex(shown)}` : name);
    const scripted = this.script.get(code)?.shift();
    if (scripted === "hang") return new Promise(() => undefined);
    if (scripted === "reject") return Promise.reject(new Error("the device is broken"));
    if (scripted !== undefined) return this.#result(scripted);
    if (this.radioOff) return this.#result(NTSTATUS.DEVICE_POWERED_OFF);
    switch (code) {
      case IOCTL_SMARTCARD.IS_PRESENT:
        return this.card === undefined ? "pend" : this.#result(OK);
      case IOCTL_SMARTCARD.IS_ABSENT:
        return this.card === undefined ? this.#result(OK) : "pend";
      case IOCTL_SMARTCARD.GET_STATE:
        return this.#result(OK, encodeReaderState(this.state));
      case IOCTL_SMARTCARD.GET_ATTRIBUTE:
        return this.#getAttribute(parseGetAttributeInput(input), outputLength);
      case IOCTL_SMARTCARD.SET_ATTRIBUTE: {
        const known = parseGetAttributeInput(input) === SCARD_ATTR.DEVICE_IN_USE;
        return this.#result(known ? OK : NTSTATUS.NOT_SUPPORTED);
      }
      case IOCTL_SMARTCARD.POWER:
        return this.#power(parsePowerInput(input));
      case IOCTL_SMARTCARD.SWALLOW:
        if (this.state === SCARD_READER_STATE.PRESENT) this.state = SCARD_READER_STATE.SWALLOWED;
        return this.#result(OK);
      case IOCTL_SMARTCARD.EJECT:
        this.remove();
        return this.#result(OK);
      case IOCTL_SMARTCARD.SET_PROTOCOL:
        return this.#setProtocol(parseProtocolInput(input));
      case IOCTL_SMARTCARD.TRANSMIT:
        return this.#transmit(input, outputLength);
      case IOCTL_SMARTCARD.GET_FEATURE_REQUEST:
        return this.#result(OK, fromHex("0C0400313520"));
      default:
        return this.#result(NTSTATUS.INVALID_DEVICE_REQUEST);
    }
  }

  #result(status: number, output: Uint8Array = NOTHING): Promise<IoctlResult> {
    return Promise.resolve({ status, information: output.length, output });
  }

  #getAttribute(tag: number, outputLength: number): Promise<IoctlResult> {
    let value = this.attributes.get(tag);
    if (tag === SCARD_ATTR.ATR_STRING) {
      if (this.card === undefined) return this.#result(NTSTATUS.INVALID_DEVICE_STATE);
      value = this.card.mute === true ? undefined : this.card.atr;
    }
    if (value === undefined) return this.#result(NTSTATUS.NOT_SUPPORTED);
    return value.length > outputLength ? this.#result(NTSTATUS.BUFFER_TOO_SMALL) : this.#result(OK, value.slice());
  }

  #power(action: number): Promise<IoctlResult> {
    if (this.card === undefined) return this.#result(NTSTATUS.NO_MEDIA);
    if (action === SCARD_POWER.DOWN) {
      if (this.#options.powersDown !== true) return this.#result(NTSTATUS.NOT_SUPPORTED);
      this.state = SCARD_READER_STATE.SWALLOWED;
      return this.#result(OK);
    }
    this.resets++;
    const settles = this.#options.arrivalState === undefined;
    this.state = settles ? SCARD_READER_STATE.SPECIFIC : SCARD_READER_STATE.NEGOTIABLE;
    return this.#result(OK);
  }

  #setProtocol(mask: number): Promise<IoctlResult> {
    if (this.card === undefined) return this.#result(NTSTATUS.NO_MEDIA);
    if ((mask & SCARD_PROTOCOL.T1) === 0)
      return this.#result(mask === 0 ? NTSTATUS.INVALID_DEVICE_REQUEST : NTSTATUS.NOT_SUPPORTED);
    this.state = SCARD_READER_STATE.SPECIFIC;
    this.protocol = SCARD_PROTOCOL.T1;
    return this.#result(OK, encodeProtocol(SCARD_PROTOCOL.T1));
  }

  #transmit(input: Uint8Array, outputLength: number): Promise<IoctlResult> {
    const { card } = this;
    if (card === undefined) return this.#result(NTSTATUS.NO_MEDIA);
    const { protocol, command } = parseTransmitInput(input);
    if (protocol !== SCARD_PROTOCOL.T1) return this.#result(NTSTATUS.INVALID_DEVICE_STATE);
    const asked = toHex(command);
    const output = encodeTransmitOutput(fromHex(card.answers[asked] ?? "6D00"));
    if (output.length > outputLength) return this.#result(NTSTATUS.BUFFER_TOO_SMALL);
    const result: IoctlResult = { status: OK, information: output.length, output };
    const { slow } = card;
    if (slow === undefined || !asked.startsWith(slow.command)) return Promise.resolve(result);
    return new Promise((resolve) =>
      this.#clock.schedule(slow.ms, () => {
        resolve(this.card === card ? result : { status: NTSTATUS.NO_MEDIA, information: 0, output: NOTHING });
      }),
    );
  }
}

interface Pended {
  readonly code: number;
  complete(status: number): void;
}

class FakeHandle implements IoctlDevice {
  readonly pending = new Set<Pended>();
  readonly #device: FakeDevice;
  #closed = false;

  constructor(device: FakeDevice) {
    this.#device = device;
  }

  complete(code: number, status: number): void {
    for (const pended of [...this.pending]) if (pended.code === code) pended.complete(status);
  }

  deviceIoControl(code: number, input: Uint8Array, outputLength: number, options?: IoctlOptions): Promise<IoctlResult> {
    if (this.#closed) return Promise.reject(new Error("the handle is closed"));
    const result = this.#device.perform(code, input, outputLength);
    if (result !== "pend") return result;
    return new Promise((resolve) => {
      const abort = (): void => {
        pended.complete(NTSTATUS.CANCELLED);
      };
      const pended: Pended = {
        code,
        complete: (status) => {
          this.pending.delete(pended);
          options?.signal?.removeEventListener("abort", abort);
          resolve({ status, information: 0, output: NOTHING });
        },
      };
      const busy = [...this.pending].some((other) => other.code === code);
      this.pending.add(pended);
      if (busy) pended.complete(NTSTATUS.DEVICE_BUSY);
      else if (options?.signal?.aborted === true) abort();
      else options?.signal?.addEventListener("abort", abort);
    });
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const pended of [...this.pending]) pended.complete(NTSTATUS.CANCELLED);
    this.#device.closed();
    return Promise.resolve();
  }
}

/** Devices that come and go. */
export class FakeMachine {
  readonly devices: FakeDevice[] = [];
  readonly #listeners = new Set<() => void>();
  #failure: Error | undefined;

  listInterfaces(): Promise<IoctlDeviceInterface[]> {
    return this.#failure === undefined ? Promise.resolve([...this.devices]) : Promise.reject(this.#failure);
  }

  /** Makes the list fail, or be had again. */
  break(failure: Error | undefined): void {
    this.#failure = failure;
    this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  attach(device: FakeDevice): FakeDevice {
    this.devices.push(device);
    this.#tell();
    return device;
  }

  detach(device: FakeDevice): void {
    this.devices.splice(this.devices.indexOf(device), 1);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
