import { concatBytes, UsageError } from "@cardwire/core";
import { ContactCard } from "../card/contact-card.ts";
import { type EmulatedCard } from "../card/emulated-card.ts";
import { takesData } from "../card/t0-chip.ts";
import { type EmulatedEndpoint, type SetupPacket, type UsbFunction } from "../usb/usb-function.ts";
import { buildClassDescriptor, CCID_FEATURE, readAbilities } from "./class-descriptor.ts";

/** What a USB token without bulk endpoints is. */
export interface EmulatedIccdTokenOptions {
  /** bInterfaceProtocol: control transfers of version A or B (ICCD 1.0, sections 7 and 8). */
  readonly version: "A" | "B";
  readonly card: EmulatedCard;
  /** The 54 bytes; unless given, those of a token with TPDUs (version A) or extended APDUs (version B). */
  readonly classDescriptor?: Uint8Array;
  /** bInterfaceNumber; 0 unless given. */
  readonly interfaceNumber?: number;
}

const REQUEST = {
  powerOn: 0x62,
  powerOff: 0x63,
  xfrBlock: 0x65,
  dataBlock: 0x6f,
  slotStatus: 0x81,
  status: 0xa0,
} as const;
const STATUS_A = { nothing: 0x00, data: 0x10, statusWords: 0x20, busy: 0x40, mute: 0x80 } as const;
const RESPONSE_B = {
  data: 0x00,
  begins: 0x01,
  ends: 0x02,
  continues: 0x03,
  next: 0x10,
  status: 0x40,
  polling: 0x80,
} as const;
/** The largest control transfer that hosts make. */
const PART_LENGTH = 0x1000;
const NOTHING = new Uint8Array(0);

/** A USB-ICC: a card that is a USB device itself, and everything goes over endpoint 0 (ICCD 1.0). */
export class EmulatedIccdToken implements UsbFunction {
  readonly interfaceNumber: number;
  readonly interfaceClass = 0x0b;
  readonly interfaceSubclass = 0;
  readonly interfaceProtocol: number;
  readonly endpoints: readonly EmulatedEndpoint[] = [];
  readonly classDescriptor: UsbFunction["classDescriptor"];
  readonly #options: EmulatedIccdTokenOptions;
  readonly #level: string;
  #contact: ContactCard | undefined;
  /** What the host gets with its next requests for data; undefined while the card still works. */
  #ready: Uint8Array | undefined = NOTHING;
  #mute = false;
  #command: Uint8Array[] = [];
  #header: Uint8Array | undefined;
  #sentParts = 0;
  #wantsMore = false;

  constructor(options: EmulatedIccdTokenOptions) {
    const level = options.version === "A" ? CCID_FEATURE.tpdu : CCID_FEATURE.extendedApdu;
    const bytes =
      options.classDescriptor ??
      buildClassDescriptor({
        protocols: options.version === "A" ? 1 : 2,
        features: level | 0x0840,
        maxMessageLength: 271,
      });
    this.#options = options;
    this.#level = readAbilities(bytes).level;
    this.interfaceNumber = options.interfaceNumber ?? 0;
    this.interfaceProtocol = options.version === "A" ? 1 : 2;
    this.classDescriptor = { bytes, place: "behind-interface" };
  }

  attach(): void {
    // no endpoints: nothing is ever sent unasked
  }

  receive(): void {
    throw new UsageError("a token on control transfers has no OUT endpoint");
  }

  reset(): void {
    this.#contact = undefined;
    this.#ready = NOTHING;
    this.#mute = this.#wantsMore = false;
    this.#command = [];
    this.#header = undefined;
    this.#sentParts = 0;
  }

  control(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    if ((setup.bmRequestType & 0x60) !== 0x20) return undefined;
    return this.#options.version === "A" ? this.#versionA(setup, data) : this.#versionB(setup, data);
  }

  #versionA({ bRequest, wLength }: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    switch (bRequest) {
      case REQUEST.powerOn:
        return this.#powerOn().subarray(0, wLength);
      case REQUEST.powerOff:
        this.reset();
        return NOTHING;
      case REQUEST.status:
        return Uint8Array.of(this.#statusA());
      case REQUEST.xfrBlock:
        if (this.#contact === undefined) return undefined;
        this.#receiveA(data);
        return NOTHING;
      case REQUEST.dataBlock:
        return this.#take(wLength);
      default:
        return undefined;
    }
  }

  /** The header alone waits for its data, which the card says by "data"; a header with P3 = 0 is all there is. */
  #receiveA(data: Uint8Array): void {
    if (this.#header === undefined && data.length === 5 && takesData(data)) {
      this.#header = data.slice();
      return;
    }
    const command = this.#header === undefined ? data : concatBytes(this.#header, data);
    this.#header = undefined;
    this.#exchange(this.#contact?.exchange(command));
  }

  #statusA(): number {
    if (this.#mute) return STATUS_A.mute;
    if (this.#header !== undefined) return STATUS_A.data;
    if (this.#ready === undefined) return STATUS_A.busy;
    if (this.#ready.length === 0) return STATUS_A.nothing;
    return this.#ready.length === 2 ? STATUS_A.statusWords : STATUS_A.data;
  }

  #versionB({ bRequest, wValue, wLength }: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    switch (bRequest) {
      case REQUEST.powerOn:
        this.#ready = this.#powerOn();
        return NOTHING;
      case REQUEST.powerOff:
        this.reset();
        return NOTHING;
      case REQUEST.slotStatus:
        return Uint8Array.of(this.#contact === undefined ? 1 : 0, 0, 0);
      case REQUEST.xfrBlock:
        if (this.#contact === undefined) return undefined;
        this.#receiveB(wValue >> 8, data);
        return NOTHING;
      case REQUEST.dataBlock:
        return this.#dataBlockB(wLength);
      default:
        return undefined;
    }
  }

  #receiveB(levelParameter: number, data: Uint8Array): void {
    if (levelParameter === 0x10) return;
    if (levelParameter === 0 || levelParameter === 1) this.#command = [];
    this.#command.push(data.slice());
    this.#wantsMore = levelParameter === 1 || levelParameter === 3;
    if (this.#wantsMore) return;
    const command = concatBytes(...this.#command);
    this.#command = [];
    this.#sentParts = 0;
    this.#exchange(this.#level === "tpdu" ? this.#contact?.exchange(command) : this.#options.card.transmit(command));
  }

  #dataBlockB(length: number): Uint8Array {
    if (this.#mute) {
      this.#mute = false;
      return Uint8Array.of(RESPONSE_B.status, 0x40, 0xfe);
    }
    if (this.#wantsMore) return Uint8Array.of(RESPONSE_B.next);
    if (this.#ready === undefined) return Uint8Array.of(RESPONSE_B.polling, 1, 0);
    const part = this.#take(Math.min(length, PART_LENGTH) - 1);
    const more = this.#ready.length > 0;
    const first = this.#sentParts++ === 0;
    const kind = first ? (more ? RESPONSE_B.begins : RESPONSE_B.data) : more ? RESPONSE_B.continues : RESPONSE_B.ends;
    return concatBytes(Uint8Array.of(kind), part);
  }

  #powerOn(): Uint8Array {
    this.reset();
    const { card } = this.#options;
    this.#contact = new ContactCard(card, {});
    return card.atr;
  }

  #exchange(answer: Uint8Array | undefined | Promise<Uint8Array | undefined>): void {
    this.#ready = undefined;
    this.#mute = false;
    Promise.resolve(answer).then(
      (bytes) => {
        this.#ready = bytes ?? NOTHING;
        this.#mute = bytes === undefined || bytes.length === 0;
      },
      () => {
        this.#ready = NOTHING;
        this.#mute = true;
      },
    );
  }

  #take(length: number): Uint8Array {
    const ready = this.#ready ?? NOTHING;
    const taken = ready.subarray(0, length);
    this.#ready = ready.subarray(taken.length);
    return taken;
  }
}
