import type { NfcATarget, RfFrame, RfFrameReply, SiliconReply, VirtualTag } from "@cardwire/core";
import {
  aes128,
  type AuthenticationCipher,
  keyFromPages,
  ThreePassAuthentication,
  tripleDes,
} from "../authentication.ts";
import type { OptionalCommand, UltralightProduct } from "../products.ts";
import { PAGE_BYTES, READ_BYTES, Type2Ack, Type2Command } from "../rf-commands.ts";
import { Counters } from "./counters.ts";
import { type MifareUltralightImage, Persistent, uidOf } from "./image.ts";
import { Memory } from "./memory.ts";
import { type Mirror, mirrorOf } from "./mirror.ts";
import { Selection } from "./selection.ts";

/** How a virtual tag is made. */
export interface MifareUltralightTagOptions {
  /** Gives the nonces of authentications: `length` random bytes. The host's own randomness unless given. */
  readonly random?: (length: number) => Uint8Array;
}

/** A virtual Ultralight or NTAG. */
export interface MifareUltralightTag extends VirtualTag {
  select(): readonly [NfcATarget] | undefined;
  /** What the tag holds now: an image that makes the same tag again. */
  toImage(): MifareUltralightImage;
}

/** Makes a tag from an image. @throws FormatError, UsageError for an image that does not fit its product. */
export function createMifareUltralightTag(
  image: MifareUltralightImage,
  options: MifareUltralightTagOptions = {},
): MifareUltralightTag {
  return new Silicon(image, options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length))));
}

const ATQA = Uint8Array.of(0x44, 0x00);
const ULTRALIGHT_C_KEY_PAGE = 0x2c;
/** Keys 0 and 1 of Ultralight AES: data protection and UID retrieval. */
const ULTRALIGHT_AES_KEY_PAGES: readonly number[] = [0x30, 0x34];

/** A command of two frames, after its first one. */
type Pending =
  | { readonly kind: "compatibility-write"; readonly page: number }
  | { readonly kind: "sector-select" }
  | { readonly kind: "authenticate"; readonly authentication: ThreePassAuthentication };

class Silicon implements MifareUltralightTag {
  readonly #persistent: Persistent;
  readonly #product: UltralightProduct;
  readonly #memory: Memory;
  readonly #counters: Counters;
  readonly #selection: Selection;
  readonly #random: (length: number) => Uint8Array;
  readonly #commands: ReadonlySet<OptionalCommand>;
  #pending: Pending | undefined;
  #authenticated = false;
  #sector = 0;

  constructor(image: MifareUltralightImage, random: (length: number) => Uint8Array) {
    this.#persistent = new Persistent(image);
    this.#product = this.#persistent.product;
    this.#memory = new Memory(this.#persistent);
    this.#counters = new Counters(this.#persistent);
    this.#selection = new Selection(() => uidOf(this.#persistent.pages), ATQA);
    this.#random = random;
    this.#commands = new Set(this.#product.commands);
  }

  get name(): string {
    return this.#product.name;
  }

  toImage(): MifareUltralightImage {
    return this.#persistent.toImage();
  }

  setPowered(powered: boolean): void {
    this.#forget();
    this.#counters.powerUp();
    this.#selection.power(powered);
  }

  select(): readonly [NfcATarget] | undefined {
    if (!this.#selection.selectAtOnce()) return undefined;
    this.#forget();
    return [{ technology: "nfc-a", uid: uidOf(this.#persistent.pages), atqa: ATQA.slice(), sak: 0 }];
  }

  receive(frame: RfFrame): SiliconReply {
    const { state } = this.#selection;
    const { data } = frame;
    if (state === "active") return this.#command(data, frame.lastBits ?? 8);
    if (
      (state === "ready1" || state === "ready2") &&
      data[0] === Type2Command.READ &&
      data[1] === 0 &&
      data.length === 2
    ) {
      // READ of page 0 ends the selection early (MF0ICU1 section 7.2.2)
      this.#selection.state = "active";
      this.#forget();
      return this.#command(data, 8);
    }
    const reply = this.#selection.receive(frame);
    if (this.#selection.state === "active") this.#forget();
    return reply;
  }

  /** What a new selection starts from. */
  #forget(): void {
    this.#pending = undefined;
    this.#authenticated = false;
    this.#sector = 0;
    this.#memory.loadConfiguration();
  }

  #ack(): SiliconReply {
    return { kind: "frame", data: Uint8Array.of(Type2Ack.ACK), lastBits: 4 };
  }

  /** NAK: the tag leaves the active state, and what was set up with it is gone. */
  #nak(value: number = Type2Ack.NAK_INVALID_ARGUMENT): SiliconReply {
    this.#fail();
    return { kind: "frame", data: Uint8Array.of(value), lastBits: 4 };
  }

  /** Leaves the active state without a word. */
  #fail(): void {
    this.#pending = undefined;
    this.#authenticated = false;
    this.#selection.fallBack();
  }

  #unknown(): SiliconReply {
    if (this.#product.unknownCommand === "nak") return this.#nak();
    this.#fail();
    return undefined;
  }

  #command(data: Uint8Array, lastBits: number): SiliconReply {
    // REQA and WUPA in the active state, and frames of broken bytes, are errors
    if (lastBits !== 8 || data.length === 0) {
      this.#fail();
      return undefined;
    }
    if (this.#pending !== undefined) return this.#continue(this.#pending, data);
    switch (data[0]) {
      case Type2Command.READ:
        return data.length === 2 ? this.#read(data[1] ?? 0) : this.#nak();
      case Type2Command.WRITE:
        return data.length === 2 + PAGE_BYTES ? this.#write(data[1] ?? 0, data.subarray(2)) : this.#nak();
      case Type2Command.HALT:
        if (data.length === 2 && data[1] === 0) this.#selection.halt();
        else this.#fail();
        this.#authenticated = false;
        return undefined;
      default:
        return this.#optionalCommand(data);
    }
  }

  #optionalCommand(data: Uint8Array): SiliconReply {
    const known = this.#commands;
    const { length } = data;
    const argument = data[1] ?? 0;
    switch (data[0]) {
      case Type2Command.GET_VERSION:
        return known.has("GET_VERSION") && length === 1 ? bytes(this.#persistent.version.slice()) : this.#unknown();
      case Type2Command.FAST_READ:
        return known.has("FAST_READ") && length === 3 ? this.#fastRead(argument, data[2] ?? 0) : this.#unknown();
      case Type2Command.COMPATIBILITY_WRITE:
        if (!known.has("COMPATIBILITY_WRITE") || length !== 2) return this.#unknown();
        if (this.#memory.indexOf(argument) === undefined) return this.#nak();
        this.#pending = { kind: "compatibility-write", page: argument };
        return this.#ack();
      case Type2Command.READ_COUNTER:
        return known.has("READ_COUNTER") && length === 2 ? this.#readCounter(argument) : this.#unknown();
      case Type2Command.INCREMENT_COUNTER:
        return known.has("INCREMENT_COUNTER") && length === 6
          ? this.#incrementCounter(argument, data.subarray(2))
          : this.#unknown();
      case Type2Command.CHECK_TEARING_EVENT:
        if (!known.has("CHECK_TEARING_EVENT") || length !== 2) return this.#unknown();
        return this.#counters.has(argument)
          ? bytes(Uint8Array.of(this.#persistent.tearing[argument] ?? 0))
          : this.#nak();
      case Type2Command.PASSWORD_AUTHENTICATE:
        return known.has("PASSWORD_AUTHENTICATE") && length === 5 ? this.#checkPassword(data) : this.#unknown();
      case Type2Command.READ_SIGNATURE:
        if (!known.has("READ_SIGNATURE") || length !== 2) return this.#unknown();
        return argument === 0 ? bytes(this.#persistent.signature.slice()) : this.#nak();
      case Type2Command.VIRTUAL_CARD_SELECT_LAST:
        return known.has("VIRTUAL_CARD_SELECT") && length === 21 ? this.#virtualCard() : this.#unknown();
      case Type2Command.AUTHENTICATE:
        return length === 2 ? this.#authenticate(argument) : this.#unknown();
      case Type2Command.SECTOR_SELECT:
        if (!known.has("SECTOR_SELECT") || length !== 2 || argument !== 0xff) return this.#unknown();
        this.#pending = { kind: "sector-select" };
        return this.#ack();
      case Type2Command.READ_TAMPER_STATUS:
        if (!known.has("READ_TAMPER_STATUS") || length !== 2) return this.#unknown();
        return argument === 0 ? bytes(this.#persistent.tamperStatus.slice()) : this.#nak();
      default:
        return this.#unknown();
    }
  }

  #continue(pending: Pending, data: Uint8Array): SiliconReply {
    this.#pending = undefined;
    switch (pending.kind) {
      case "compatibility-write":
        return data.length === READ_BYTES ? this.#write(pending.page, data) : this.#nak();
      case "sector-select": {
        const sector = data[0] ?? 0;
        if (data.length !== 4 || !this.#product.memory.some(([first]) => first >> 8 === sector)) return this.#nak();
        this.#sector = sector;
        // the answer to a good sector number is silence
        return undefined;
      }
      case "authenticate": {
        const answer =
          data[0] === Type2Command.AUTHENTICATE_CONTINUE ? pending.authentication.finish(data.subarray(1)) : undefined;
        if (answer === undefined) return this.#nak();
        this.#authenticated = true;
        return behind(0x00, answer);
      }
    }
  }

  #address(page: number): number {
    return (this.#sector << 8) | page;
  }

  #read(page: number): SiliconReply {
    this.#counters.countRead(this.#memory.configuration.counterEnabled);
    const data = this.#memory.read(this.#address(page), this.#authenticated, this.#mirror());
    return data === undefined ? this.#nak() : { kind: "frame", data, lastBits: 8 };
  }

  #fastRead(first: number, last: number): SiliconReply {
    this.#counters.countRead(this.#memory.configuration.counterEnabled);
    const data = this.#memory.fastRead(this.#address(first), this.#address(last), this.#authenticated, this.#mirror());
    return data === undefined ? this.#nak() : { kind: "frame", data, lastBits: 8 };
  }

  #write(page: number, data: Uint8Array): SiliconReply {
    switch (this.#memory.write(this.#address(page), data, this.#authenticated)) {
      case "written":
        return this.#ack();
      case "counter-overflow":
        return this.#nak(Type2Ack.NAK_NOT_ALLOWED);
      case "refused":
        return this.#nak();
    }
  }

  #mirror(): Mirror | undefined {
    if (this.#product.mirror === undefined) return undefined;
    return mirrorOf(this.#persistent, this.#mayReadNfcCounter() ? this.#counters.nfcCounter : undefined);
  }

  #mayReadNfcCounter(): boolean {
    const { counterEnabled, counterProtected } = this.#memory.configuration;
    return counterEnabled && (!counterProtected || this.#authenticated);
  }

  #readCounter(number: number): SiliconReply {
    if (!this.#counters.has(number)) return this.#nak();
    if (this.#counters.countsReads && !this.#mayReadNfcCounter()) return this.#nak();
    return bytes(this.#counters.read(number));
  }

  #incrementCounter(number: number, step: Uint8Array): SiliconReply {
    if (!this.#counters.has(number)) return this.#nak();
    return this.#counters.increment(number, step) ? this.#ack() : this.#nak(Type2Ack.NAK_NOT_ALLOWED);
  }

  #checkPassword(data: Uint8Array): SiliconReply {
    const { configurationPage } = this.#product;
    if (configurationPage === undefined) return this.#unknown();
    const { passwordLimit } = this.#memory.configuration;
    const persistent = this.#persistent;
    if (passwordLimit > 0 && persistent.authenticationFailures >= passwordLimit)
      return this.#nak(Type2Ack.NAK_NOT_ALLOWED);
    const index = this.#memory.indexOf(configurationPage) ?? 0;
    const password = this.#memory.page(index + 2);
    for (let byte = 0; byte < PAGE_BYTES; byte++)
      if (data[1 + byte] !== password[byte]) {
        if (passwordLimit > 0) persistent.authenticationFailures++;
        return this.#nak();
      }
    persistent.authenticationFailures = 0;
    this.#authenticated = true;
    return bytes(this.#memory.page(index + 3).slice(0, 2));
  }

  #virtualCard(): SiliconReply {
    // VCTID is byte 1 of CFG1
    return bytes(this.#memory.page((this.#product.configurationPage ?? 0) + 1).slice(1, 2));
  }

  #authenticate(keyNumber: number): SiliconReply {
    let cipher: AuthenticationCipher;
    let keyPage: number | undefined;
    if (this.#commands.has("AUTHENTICATE_3DES")) {
      cipher = tripleDes;
      keyPage = keyNumber === 0 ? ULTRALIGHT_C_KEY_PAGE : undefined;
    } else if (this.#commands.has("AUTHENTICATE_AES")) {
      cipher = aes128;
      keyPage = ULTRALIGHT_AES_KEY_PAGES[keyNumber];
    } else return this.#unknown();
    if (keyPage === undefined) return this.#nak();

    this.#authenticated = false;
    const key = keyFromPages(this.#persistent.pages, keyPage, cipher);
    const authentication = new ThreePassAuthentication(cipher, key, this.#random(cipher.blockBytes));
    this.#pending = { kind: "authenticate", authentication };
    return behind(Type2Command.AUTHENTICATE_CONTINUE, authentication.challenge);
  }
}

function bytes(data: Uint8Array): RfFrameReply {
  return { kind: "frame", data, lastBits: 8 };
}

function behind(first: number, rest: Uint8Array): RfFrameReply {
  const data = new Uint8Array(1 + rest.length);
  data[0] = first;
  data.set(rest, 1);
  return { kind: "frame", data, lastBits: 8 };
}
