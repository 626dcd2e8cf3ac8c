import { copyBytes, SerialQueue, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import { createTagAccess, type TagAccessOptions, type TagConnection } from "@cardwire/storage-card/tag-access";
import type { OptionalCommand, PageAddress, PageRange, UltralightProduct } from "../products.ts";
import { PAGE_BYTES, Type2Command } from "../rf-commands.ts";
import { type CapabilityContainer, parseCapabilityContainer } from "./capability-container.ts";
import { planLock } from "./locking.ts";
import { type PageWrite, type2NdefDriver } from "./ndef.ts";
import { PageAccess } from "./page-access.ts";
import { checkProtection, type PasswordProtection, protectionWrites } from "./protection.ts";
import { probe, type Type2Identity } from "./probe.ts";
import { readMemory, readRange, type Type2Memory } from "./read-memory.ts";
import { authenticateKey, authenticatePassword, keyPages, type Random, requireBytes } from "./security.ts";
import { Type2Error } from "./type2-error.ts";
import { writePages } from "./write-pages.ts";

/** How a Type 2 tag is spoken to. */
export interface Type2TagOptions extends TagAccessOptions {
  /**
   * The longest answer that reader and front end carry, in bytes: FAST_READ asks for no more at once. 240 when absent,
   * which every reader of short APDUs can hand up.
   */
  readonly maxReplyBytes?: number;
  /** Gives the nonces of authentications; the host's own randomness unless given. */
  readonly random?: Random;
}

/** Of every call. */
export interface Type2CallOptions {
  /** Gives up before the next command. What the tag was sent, it was sent. */
  readonly signal?: AbortSignal;
}

const DEFAULT_REPLY_BYTES = 240;
const NFC_COUNTER = 2;
/** More pages than the user memory of the oldest Ultralight, which knows neither GET_VERSION nor FAST_READ. */
const LONG_READ_PAGES = 13;

/**
 * A MIFARE Ultralight or NTAG, on any reader. Nothing is sent before something is asked for; calls are queued.
 *
 * Errors: {@link Type2Error} from the tag, `StatusWordError` from the reader, `TagAccessError` where the reader cannot
 * send what a call needs, `SmartCardError` from the connection.
 */
export class Type2Tag {
  readonly #pages: PageAccess;
  readonly #queue = new SerialQueue();
  readonly #random: Random;
  #identity: Type2Identity | undefined;
  /** The tag's NDEF. Formatting it, and making it read-only, needs the product. */
  readonly ndef: NdefTag;

  constructor(connection: TagConnection, options: Type2TagOptions = {}) {
    this.#pages = new PageAccess(createTagAccess(connection, options), options.maxReplyBytes ?? DEFAULT_REPLY_BYTES);
    this.ndef = createNdefTag(
      type2NdefDriver({
        run: (work, signal) => this.#queue.run(() => work(signal), signal),
        read: (range, signal) => this.#readForNdef(range, signal),
        write: (writes, signal) => writePages(this.#pages, writes, signal),
        wake: async (signal) => (this.#pages.access.hasFrames ? this.#pages.reselect(signal) : undefined),
        product: async (signal) => (await this.#identify(signal)).product,
      }),
    );
    this.#random = options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)));
  }

  /** What the tag is. Asked once, for it costs a tag of the oldest kind two selections. */
  identify(options: Type2CallOptions = {}): Promise<Type2Identity> {
    return this.#run(options, (signal) => this.#identify(signal));
  }

  /** Reads `count` pages, fewest exchanges first. */
  readPages(first: PageAddress, count: number, options: Type2CallOptions = {}): Promise<Uint8Array> {
    if (!Number.isInteger(count) || count < 1) throw new UsageError(`${count} is no number of pages`);
    return this.#run(options, async (signal) => {
      const { product } = await this.#identify(signal);
      return readRange(this.#pages, product, [first, first + count - 1], signal);
    });
  }

  /**
   * Reads all that the tag gives. Of a tag whose product nobody could tell: the pages that its capability container
   * names.
   */
  readAll(options: Type2CallOptions = {}): Promise<Type2Memory> {
    return this.#run(options, async (signal) => {
      const { product } = await this.#identify(signal);
      if (product === undefined) {
        const container = await this.#container(signal);
        return readMemory(this.#pages, undefined, [[0, 3 + (container?.areaBytes ?? 48) / PAGE_BYTES]], signal);
      }
      const hidden: PageRange[] = [];
      const ranges = product.memory.map(([first, last]): PageRange => {
        if (product.hiddenFrom === undefined || last < product.hiddenFrom) return [first, last];
        hidden.push([product.hiddenFrom, last]);
        return [first, product.hiddenFrom - 1];
      });
      const { ranges: read, missing } = await readMemory(this.#pages, product, ranges, signal);
      return { ranges: read, missing: [...missing, ...hidden] };
    });
  }

  /** Writes one page of 4 bytes. */
  writePage(address: PageAddress, data: Uint8Array, options: Type2CallOptions = {}): Promise<void> {
    return this.writePages(address, requireBytes(data, PAGE_BYTES, "a page"), options);
  }

  /**
   * Writes pages that follow one another.
   *
   * @throws Type2Error WRITE_INTERRUPTED telling which pages were written and which were not.
   */
  writePages(first: PageAddress, data: Uint8Array, options: Type2CallOptions = {}): Promise<void> {
    if (data.length === 0 || data.length % PAGE_BYTES !== 0)
      throw new UsageError(`${data.length} bytes are no whole number of pages`);
    const bytes = copyBytes(data);
    const writes: PageWrite[] = [];
    for (let at = 0; at < bytes.length; at += PAGE_BYTES)
      writes.push({ page: first + at / PAGE_BYTES, data: bytes.subarray(at, at + PAGE_BYTES) });
    return this.#run(options, (signal) => writePages(this.#pages, writes, signal));
  }

  /** The capability container; `undefined` when page 3 holds none. */
  readCapabilityContainer(options: Type2CallOptions = {}): Promise<CapabilityContainer | undefined> {
    return this.#run(options, (signal) => this.#container(signal));
  }

  /** Locks pages for ever. @returns what was locked: one bit often stands for several pages. */
  lockPages(pages: Iterable<PageAddress>, options: Type2CallOptions = {}): Promise<readonly PageAddress[]> {
    const wanted = [...pages];
    return this.#run(options, async (signal) => {
      const plan = planLock(await this.#knownProduct(signal), wanted);
      await writePages(this.#pages, plan.writes, signal);
      return plan.locked;
    });
  }

  /** Gives the password and the tag's acknowledgement of it, 2 bytes. @throws Type2Error WRONG_KEY */
  authenticate(password: Uint8Array, options: Type2CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => {
      await this.#productWith("PASSWORD_AUTHENTICATE", signal);
      return authenticatePassword(this.#pages, password, signal);
    });
  }

  /**
   * Authenticates to an Ultralight C (triple DES) or Ultralight AES, and makes sure of the tag at the same time.
   *
   * @param key 16 bytes, as the data sheet spells it.
   * @param keyNumber of Ultralight AES: 0 data protection, 1 UID retrieval.
   * @throws Type2Error WRONG_KEY
   */
  authenticateWithKey(key: Uint8Array, keyNumber = 0, options: Type2CallOptions = {}): Promise<void> {
    return this.#run(options, async (signal) => {
      const product = await this.#knownProduct(signal);
      await authenticateKey(this.#pages, cipherOf(product), key, keyNumber, this.#random, signal);
    });
  }

  /** Writes a key into its pages. It counts from the next authentication on. */
  writeKey(key: Uint8Array, options: Type2CallOptions = {}): Promise<void> {
    return this.#run(options, async (signal) => {
      const product = await this.#knownProduct(signal);
      const first = product.hiddenFrom ?? 0;
      const writes = keyPages(cipherOf(product), key).map((data, index) => ({ page: first + index, data }));
      await writePages(this.#pages, writes, signal);
    });
  }

  /** Sets password, acknowledgement and what they protect. It counts from the next selection on. */
  protect(protection: PasswordProtection, options: Type2CallOptions = {}): Promise<void> {
    checkProtection(protection);
    return this.#run(options, async (signal) => {
      const product = await this.#productWith("PASSWORD_AUTHENTICATE", signal);
      const page = product.configurationPage ?? 0;
      const before = await readRange(this.#pages, product, [page, page + 1], signal);
      await writePages(this.#pages, protectionWrites(protection, page, before), signal);
    });
  }

  /** Reads a 24-bit counter. NTAG213, 215 and 216 have counter 2 alone. */
  readCounter(counter: number = NFC_COUNTER, options: Type2CallOptions = {}): Promise<number> {
    return this.#run(options, async (signal) => {
      await this.#productWith("READ_COUNTER", signal);
      const frame = Uint8Array.of(Type2Command.READ_COUNTER, counter);
      const [low = 0, middle = 0, high = 0] = await this.#pages.askBytes("READ_CNT", frame, 3, signal);
      return low | (middle << 8) | (high << 16);
    });
  }

  /** Adds to a one-way counter of EV1. @param step 0 to FFFFFF. */
  incrementCounter(counter: number, step: number, options: Type2CallOptions = {}): Promise<void> {
    if (!Number.isInteger(step) || step < 0 || step > 0xff_ffff)
      throw new UsageError(`${step} is no step of a counter`);
    return this.#run(options, async (signal) => {
      await this.#productWith("INCREMENT_COUNTER", signal);
      const bytes = [step & 0xff, (step >> 8) & 0xff, step >> 16, 0];
      await this.#pages.askAck("INCR_CNT", Uint8Array.of(Type2Command.INCREMENT_COUNTER, counter, ...bytes), signal);
    });
  }

  /**
   * Whether a counter of EV1 was torn away from the reader while it was written. Windows' driver takes the answer, a
   * single byte, for a NAK.
   */
  wasTorn(counter: number, options: Type2CallOptions = {}): Promise<boolean> {
    return this.#run(options, async (signal) => {
      await this.#productWith("CHECK_TEARING_EVENT", signal);
      const frame = Uint8Array.of(Type2Command.CHECK_TEARING_EVENT, counter);
      return (await this.#pages.askBytes("CHECK_TEARING_EVENT", frame, 1, signal))[0] !== 0xbd;
    });
  }

  /** The originality signature: 32 bytes of ECDSA over the UID, 48 of Ultralight AES. */
  readSignature(options: Type2CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => {
      const product = await this.#productWith("READ_SIGNATURE", signal);
      const frame = Uint8Array.of(Type2Command.READ_SIGNATURE, 0);
      return this.#pages.askBytes("READ_SIG", frame, product.signatureBytes ?? 32, signal);
    });
  }

  #run<Result>({ signal }: Type2CallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(signal), signal);
  }

  async #identify(signal?: AbortSignal): Promise<Type2Identity> {
    return (this.#identity ??= await probe(this.#pages, signal));
  }

  async #knownProduct(signal?: AbortSignal): Promise<UltralightProduct> {
    const { product } = await this.#identify(signal);
    if (product === undefined) throw new Type2Error("NOT_SUPPORTED", "the tag's product is not known");
    return product;
  }

  async #productWith(command: OptionalCommand, signal?: AbortSignal): Promise<UltralightProduct> {
    const product = await this.#knownProduct(signal);
    if (product.commands.includes(command)) return product;
    throw new Type2Error("NOT_SUPPORTED", `${product.name} does not have ${command}`);
  }

  async #container(signal?: AbortSignal): Promise<CapabilityContainer | undefined> {
    return parseCapabilityContainer((await this.#pages.readFour(3, signal)).subarray(0, PAGE_BYTES));
  }

  /** NDEF is read without asking what the tag is, until so much is wanted at once that FAST_READ pays for the question. */
  async #readForNdef(range: PageRange, signal?: AbortSignal): Promise<Uint8Array> {
    const isLong = range[1] - range[0] >= LONG_READ_PAGES;
    const identity = isLong ? await this.#identify(signal) : this.#identity;
    return readRange(this.#pages, identity?.product, range, signal);
  }
}

function cipherOf(product: UltralightProduct): "3des" | "aes" {
  if (product.commands.includes("AUTHENTICATE_3DES")) return "3des";
  if (product.commands.includes("AUTHENTICATE_AES")) return "aes";
  throw new Type2Error("NOT_SUPPORTED", `${product.name} has no key`);
}
