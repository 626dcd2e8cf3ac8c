import { encodeCommandApdu, requireSuccess, type ResponseApdu } from "@cardwire/apdu";
import {
  generalAuthenticate,
  loadKeys,
  parseSessionResponse,
  readBinary,
  updateBinary,
  type ValueOperation,
  valueOperation,
} from "@cardwire/apdu/pcsc";
import { PCSC_LOAD_KEYS_STATUS_WORDS } from "@cardwire/apdu/status-words";
import { toHex } from "@cardwire/core";
import type { TagAccess } from "@cardwire/storage-card/tag-access";
import { BLOCK_BYTES, firstBlockOfSector } from "../geometry.ts";
import type { ClassicKeyType, KeyRing } from "./key-ring.ts";

/**
 * The status words by which readers say that the card answered NAK or nothing. Others are about the command, and are
 * errors.
 */
const REFUSALS: readonly number[] = [
  0x6281, 0x6282, 0x6400, 0x6401, 0x6581, 0x6981, 0x6982, 0x6983, 0x6a82, 0x6f00, 0xffff,
];
/** ACS readers have 63xx for whatever the card does not do. */
const ACS_REFUSAL = 0x63;
const OK = 0x9000;
const ERROR_OBJECT = 0xc0;

/** One sector of a card open at a time, by PC/SC's commands. One call after the other. */
export class SectorAccess {
  readonly access: TagAccess;
  readonly keys: KeyRing;
  #open: { readonly sector: number; readonly type: ClassicKeyType } | undefined;
  /** The card refused something, and Windows' driver has left it silent until something else fails. */
  #silent = false;
  /** What lies in the reader's key memory, as far as this object has put it there. */
  #loaded: string | undefined;

  constructor(access: TagAccess, keys: KeyRing) {
    this.access = access;
    this.keys = keys;
  }

  isOpen(sector: number, type: ClassicKeyType): boolean {
    return this.#open?.sector === sector && this.#open.type === type;
  }

  /** Others may have loaded keys since. Non-volatile memory is not worn out for that. */
  forgetLoadedKey(): void {
    if (this.access.dialect.loadKeys?.memories[0] === "volatile") this.#loaded = undefined;
  }

  close(): void {
    this.#open = undefined;
  }

  /** Opens a sector with a key of this type: true when one of those that may be tried does it. */
  async open(sector: number, type: ClassicKeyType, signal?: AbortSignal, preferred?: Uint8Array): Promise<boolean> {
    for (const key of this.keys.candidates(sector, type, preferred))
      if (await this.authenticate(sector, type, key, signal)) return true;
    return false;
  }

  /** Opens a sector with a key. @throws StatusWordError when the reader refuses. */
  async authenticate(sector: number, type: ClassicKeyType, key: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    this.#open = undefined;
    const { dialect } = this.access;
    const keyType = type === "a" ? "A" : "B";
    const memory = dialect.loadKeys?.memories[0] ?? "volatile";
    const keyNumber = dialect.authenticate?.keyNumber ?? dialect.loadKeys?.keyNumbers?.[memory]?.[0] ?? 0;
    const loaded = `${dialect.loadKeys?.p2 === "key-type" ? type : ""}${toHex(key)}`;
    if (this.#loaded !== loaded) {
      const load = loadKeys({ key, keyNumber, keyType, memory }, dialect);
      requireSuccess(await this.transmit(load, signal), PCSC_LOAD_KEYS_STATUS_WORDS);
      this.#loaded = loaded;
    }
    const address = firstBlockOfSector(sector);
    const command = generalAuthenticate({ address, keyType, keyNumber }, dialect);
    let { sw } = await this.transmit(command, signal);
    if (sw !== OK && this.#silent) ({ sw } = await this.transmit(command, signal));
    this.#silent = false;
    if (sw !== OK) return false;
    this.keys.remember(sector, type, key);
    this.#open = { sector, type };
    return true;
  }

  /** Reads a block of the open sector. `undefined` when the card refuses, after which no sector is open. */
  async read(block: number, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const command = readBinary({ address: block, ne: BLOCK_BYTES }, this.access.dialect);
    const { data, sw } = await this.transmit(command, signal);
    if (sw === OK && data.length === BLOCK_BYTES) return data.slice();
    this.#refused();
    return undefined;
  }

  /** Writes a block of the open sector. False when the card refuses, after which no sector is open. */
  async write(block: number, data: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const { sw } = await this.transmit(updateBinary({ address: block, data }, this.access.dialect), signal);
    if (sw !== OK) this.#refused();
    return sw === OK;
  }

  /** Counts a value block of the open sector. False when the card refuses, after which no sector is open. */
  async count(operation: ValueOperation, signal?: AbortSignal): Promise<boolean> {
    return this.#value(valueOperation(operation, this.access.dialect), signal);
  }

  /** Copies a value block of the open sector to another one of it. */
  async copy(from: number, to: number, signal?: AbortSignal): Promise<boolean> {
    const { dialect } = this.access;
    const form = dialect.value;
    // ACS readers have a command of their own: FF D7 00 source 02 03 destination (ACR122U API, section 5.5.3)
    if (form?.kind === "maker" && form.insIncrement === 0xd7)
      return this.#value(
        encodeCommandApdu({ cla: 0xff, ins: 0xd7, p1: 0, p2: from, data: Uint8Array.of(0x03, to) }),
        signal,
      );
    return this.#value(
      valueOperation({ operation: "decrement", block: from, operand: 0, copyTo: to }, dialect),
      signal,
    );
  }

  async #value(command: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const { data, sw } = await this.transmit(command, signal);
    const statusWord = sw === OK && data[0] === ERROR_OBJECT ? parseSessionResponse(data).sw : sw;
    if (statusWord === OK) return true;
    this.#refused();
    requireAnswered({ data, sw: statusWord });
    return false;
  }

  #refused(): void {
    this.#open = undefined;
    this.#silent = true;
  }

  /** @throws StatusWordError for what is no answer of the card's. */
  async transmit(command: Uint8Array, signal?: AbortSignal): Promise<ResponseApdu> {
    const response = await this.access.transmit(command, signal);
    requireAnswered(response);
    return response;
  }
}

/** @throws StatusWordError for a status word that is about the command and not about the card. */
function requireAnswered(response: ResponseApdu): void {
  const { sw } = response;
  if (sw !== OK && sw >> 8 !== ACS_REFUSAL && !REFUSALS.includes(sw)) requireSuccess(response);
}
