import { concatBytes, copyBytes, equalBytes, FormatError, SerialQueue, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import {
  createTagAccess,
  type TagAccess,
  type TagAccessOptions,
  type TagConnection,
} from "@cardwire/storage-card/tag-access";
import { ANY_SYSTEM, FELICA_BLOCK_BYTES, FELICA_COMMAND, pollingFrame } from "./commands.ts";
import { command, readOnce, writeOnce } from "./felica-air.ts";
import { FelicaError, isFelicaError } from "./felica-error.ts";
import { LITE_BLOCK, LITE_SERVICE, LITE_SYSTEM } from "./lite-blocks.ts";
import { liteMac, liteSessionKey, macAReadPrefix, macAWritePrefix, reverseGroups, writeKey } from "./lite-mac.ts";
import { type3NdefDriver } from "./ndef.ts";

/** How a FeliCa card is spoken to. */
export interface FelicaTagOptions extends TagAccessOptions {
  /** The most blocks that one read asks for: 4 when absent, which every card gives. */
  readonly maxBlocksPerRead?: number;
  /** Gives the challenge of an authentication; the host's own randomness unless given. */
  readonly random?: (length: number) => Uint8Array;
}

/** Of every call. */
export interface FelicaCallOptions {
  /** Gives up before the next command. What the card was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/** What a poll gives. */
export interface FelicaIdentity {
  /** 8 bytes each. */
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  readonly systemCode: number;
  /** By the IC code in PMm byte 1. */
  readonly product: "lite" | "lite-s" | "other";
}

interface Session {
  readonly key: Uint8Array;
  readonly challenge: Uint8Array;
}

/** IC codes of PMm byte 1 (FeliCa Lite and Lite-S user's manuals). */
const IC_LITE = 0xf0;
const IC_LITE_S = 0xf1;
const KEY_BYTES = 16;
const MAC_BYTES = 8;

/** What a Lite or Lite-S holds, besides the challenge, the key and the MACs, which are no memory. */
const LITE_MEMORY: readonly number[] = [
  ...Array.from({ length: LITE_BLOCK.REG + 1 }, (_, block) => block),
  LITE_BLOCK.ID,
  LITE_BLOCK.D_ID,
  LITE_BLOCK.SER_C,
  LITE_BLOCK.SYS_C,
  LITE_BLOCK.CKV,
  LITE_BLOCK.MC,
];
const LITE_S_MEMORY: readonly number[] = [...LITE_MEMORY, LITE_BLOCK.WCNT, LITE_BLOCK.STATE, LITE_BLOCK.CRC_CHECK];

/**
 * A FeliCa card, on any reader: by READ and UPDATE BINARY where the reader carries FeliCa's lists in them, else by frames.
 * Nothing is sent before something is asked for; calls are queued.
 *
 * Errors: {@link FelicaError} from the card, `TagAccessError` where the reader cannot send what a call needs,
 * `SmartCardError` from the connection.
 */
export class FelicaTag {
  readonly #access: TagAccess;
  readonly #queue = new SerialQueue();
  readonly #maxBlocks: number;
  readonly #random: (length: number) => Uint8Array;
  #idm: Uint8Array | undefined;
  /** Of the system that holds NDEF, where it is not the first one. */
  #ndefIdm: Uint8Array | undefined;
  #session: Session | undefined;
  /** The card's NDEF. A card with several systems is polled for that of NDEF, which needs a reader that carries frames. */
  readonly ndef: NdefTag;

  /** @throws UsageError for a number of blocks that no read can have. */
  constructor(connection: TagConnection, options: FelicaTagOptions = {}) {
    const { maxBlocksPerRead = 4, random = (length) => crypto.getRandomValues(new Uint8Array(length)) } = options;
    if (!Number.isInteger(maxBlocksPerRead) || maxBlocksPerRead < 1 || maxBlocksPerRead > 15)
      throw new UsageError(`${maxBlocksPerRead} is no number of blocks to read at once (1–15)`);
    this.#access = createTagAccess(connection, options);
    this.#maxBlocks = maxBlocksPerRead;
    this.#random = random;
    this.ndef = createNdefTag(
      type3NdefDriver({
        run: (work, signal) => this.#run(signal === undefined ? {} : { signal }, work),
        read: (blocks, most, signal) => this.#readNdef(blocks, Math.min(most, this.#maxBlocks), signal),
        write: async (blocks, data, signal) =>
          this.#write(this.#ndefIdm ?? (await this.#readIdm(signal)), LITE_SERVICE.READ_WRITE, blocks, data, signal),
      }),
    );
  }

  /** The IDm, 8 bytes, by GET DATA. Asked once. */
  readIdm(options: FelicaCallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => (await this.#readIdm(signal)).slice());
  }

  /** Polls for a system: FFFF for any. @throws FelicaError NO_ANSWER when the card has no such system. */
  poll(systemCode: number = ANY_SYSTEM, options: FelicaCallOptions = {}): Promise<FelicaIdentity> {
    requireWord(systemCode, "systemCode");
    return this.#run(options, (signal) => this.#poll(systemCode, signal));
  }

  /** The codes of the card's systems. A Lite does not know the command: NO_ANSWER. */
  requestSystemCodes(options: FelicaCallOptions = {}): Promise<readonly number[]> {
    return this.#run(options, async (signal) => {
      const idm = await this.#readIdm(signal);
      const rest = await command(this.#access, idm, FELICA_COMMAND.REQUEST_SYSTEM_CODE, new Uint8Array(0), signal);
      const count = rest[0] ?? 0;
      if (rest.length !== 1 + 2 * count) throw new FelicaError("NO_ANSWER", "a list of systems of the wrong length");
      return Array.from(
        { length: count },
        (_, index) => ((rest[1 + 2 * index] ?? 0) << 8) | (rest[2 + 2 * index] ?? 0),
      );
    });
  }

  /** Key versions of services and areas; `undefined` for those that are not there. At most 32 codes. */
  requestService(codes: readonly number[], options: FelicaCallOptions = {}): Promise<readonly (number | undefined)[]> {
    if (codes.length < 1 || codes.length > 32) throw new UsageError(`1–32 codes, not ${codes.length}`);
    const list = Uint8Array.of(codes.length, ...codes.flatMap((code) => [requireWord(code, "code") & 0xff, code >> 8]));
    return this.#run(options, async (signal) => {
      const idm = await this.#readIdm(signal);
      const rest = await command(this.#access, idm, FELICA_COMMAND.REQUEST_SERVICE, list, signal);
      if (rest.length !== 1 + 2 * codes.length)
        throw new FelicaError("NO_ANSWER", "a list of key versions of the wrong length");
      return codes.map((_, index) => {
        const version = (rest[1 + 2 * index] ?? 0) | ((rest[2 + 2 * index] ?? 0) << 8);
        return version === 0xffff ? undefined : version;
      });
    });
  }

  /** Reads blocks of a service without authentication, 16 bytes each, in as few commands as the card takes. */
  readBlocks(service: number, blocks: readonly number[], options: FelicaCallOptions = {}): Promise<Uint8Array> {
    requireWord(service, "service");
    if (blocks.length === 0) throw new UsageError("no blocks to read");
    for (const block of blocks) requireWord(block, "block");
    const wanted = [...blocks];
    return this.#run(options, (signal) => this.#read(service, wanted, signal));
  }

  /**
   * Writes blocks of a service without authentication, one by one.
   *
   * @param data 16 bytes for each block.
   * @throws FelicaError WRITE_INTERRUPTED telling which blocks were written and which were not.
   */
  writeBlocks(
    service: number,
    blocks: readonly number[],
    data: Uint8Array,
    options: FelicaCallOptions = {},
  ): Promise<void> {
    requireWord(service, "service");
    if (blocks.length === 0 || data.length !== blocks.length * FELICA_BLOCK_BYTES)
      throw new UsageError(`${blocks.length} blocks have ${blocks.length * 16} bytes, not ${data.length}`);
    const bytes = copyBytes(data);
    const wanted = [...blocks];
    return this.#run(options, async (signal) =>
      this.#write(await this.#readIdm(signal), service, wanted, bytes, signal),
    );
  }

  /** All blocks of a Lite or Lite-S that hold something, by their numbers. */
  readLite(product: "lite" | "lite-s", options: FelicaCallOptions = {}): Promise<ReadonlyMap<number, Uint8Array>> {
    const blocks = product === "lite" ? LITE_MEMORY : LITE_S_MEMORY;
    return this.#run(options, async (signal) => {
      const bytes = await this.#read(LITE_SERVICE.READ_ONLY, blocks, signal);
      return new Map(blocks.map((block, index) => [block, blockOf(bytes, index)]));
    });
  }

  /**
   * Has a Lite or Lite-S prove that it knows the card key, by the MAC over its ID block. Later reads with
   * {@link readWithMac} rest on it.
   *
   * @param cardKey 16 bytes, as it is meant.
   * @throws FelicaError WRONG_KEY
   */
  authenticate(cardKey: Uint8Array, options: FelicaCallOptions = {}): Promise<void> {
    const key = requireBytes(cardKey, KEY_BYTES, "cardKey");
    return this.#run(options, (signal) => this.#authenticate(key, signal));
  }

  /** {@link authenticate}, and then proves to a Lite-S that this side knows the key too, which opens restricted blocks. */
  authenticateMutually(cardKey: Uint8Array, options: FelicaCallOptions = {}): Promise<void> {
    const key = requireBytes(cardKey, KEY_BYTES, "cardKey");
    return this.#run(options, async (signal) => {
      await this.#authenticate(key, signal);
      const state = new Uint8Array(FELICA_BLOCK_BYTES);
      state[0] = 1;
      await this.#writeWithMac(LITE_BLOCK.STATE, state, signal);
    });
  }

  /** Reads up to three blocks of a Lite-S and checks the MAC over them. @throws FelicaError WRONG_KEY when it does not fit. */
  readWithMac(blocks: readonly number[], options: FelicaCallOptions = {}): Promise<Uint8Array> {
    if (blocks.length < 1 || blocks.length > 3) throw new UsageError(`1–3 blocks, not ${blocks.length}`);
    const wanted = [...blocks, LITE_BLOCK.MAC_A];
    return this.#run(options, async (signal) => {
      const { key, challenge } = this.#requireSession();
      const bytes = await this.#read(LITE_SERVICE.READ_ONLY, wanted, signal);
      const data = bytes.slice(0, -FELICA_BLOCK_BYTES);
      const mac = liteMac(key, challenge, concatBytes(macAReadPrefix(wanted), data));
      if (!equalBytes(mac, bytes.slice(-FELICA_BLOCK_BYTES, -FELICA_BLOCK_BYTES + MAC_BYTES)))
        throw new FelicaError("WRONG_KEY", "the MAC does not fit the blocks");
      return data;
    });
  }

  /** Writes a block of a Lite-S with a MAC over it and the write counter. */
  writeWithMac(block: number, data: Uint8Array, options: FelicaCallOptions = {}): Promise<void> {
    const bytes = requireBytes(data, FELICA_BLOCK_BYTES, "data");
    return this.#run(options, (signal) => this.#writeWithMac(block, bytes, signal));
  }

  async #readIdm(signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#idm !== undefined) return this.#idm;
    const { data, sw } = await this.#access.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0), signal);
    if (sw !== 0x9000 || data.length !== 8)
      throw new FelicaError("NO_ANSWER", `GET DATA gave ${data.length} bytes and ${sw.toString(16)}, not an IDm`);
    this.#idm = data.slice();
    return this.#idm;
  }

  async #poll(systemCode: number, signal?: AbortSignal): Promise<FelicaIdentity> {
    const reply = await this.#access.exchange(pollingFrame(systemCode, 1), signal === undefined ? {} : { signal });
    if (reply.kind === "failure" || reply.data.length !== 20)
      throw new FelicaError("NO_ANSWER", `no system answers to ${systemCode.toString(16).padStart(4, "0")}`);
    const { data } = reply;
    const icCode = data[11];
    return {
      idm: data.slice(2, 10),
      pmm: data.slice(10, 18),
      systemCode: ((data[18] ?? 0) << 8) | (data[19] ?? 0),
      product: icCode === IC_LITE ? "lite" : icCode === IC_LITE_S ? "lite-s" : "other",
    };
  }

  /** NDEF's system is mostly the one that the reader found. Where it is another one, that has an IDm of its own. */
  async #readNdef(blocks: readonly number[], most: number, signal?: AbortSignal): Promise<Uint8Array> {
    const first = this.#ndefIdm ?? (await this.#readIdm(signal));
    const service = LITE_SERVICE.READ_ONLY;
    try {
      return await this.#readOf(first, service, blocks, most, signal);
    } catch (error) {
      const isOther = isFelicaError(error, "CARD_STATUS") || isFelicaError(error, "NO_ANSWER");
      if (!isOther || this.#ndefIdm !== undefined || !this.#access.hasFrames) throw error;
      const found = await this.#poll(LITE_SYSTEM.NDEF, signal).catch((reason: unknown) => {
        if (isFelicaError(reason, "NO_ANSWER")) return undefined;
        throw reason;
      });
      if (found === undefined || equalBytes(found.idm, first)) throw error;
      this.#ndefIdm = found.idm;
      return this.#readOf(found.idm, service, blocks, most, signal);
    }
  }

  async #write(
    idm: Uint8Array,
    service: number,
    blocks: readonly number[],
    bytes: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    for (const [index, block] of blocks.entries())
      try {
        signal?.throwIfAborted();
        await writeOnce(this.#access, idm, service, [block], blockOf(bytes, index), signal);
      } catch (error) {
        if (index === 0 && blocks.length === 1) throw error;
        throw new FelicaError("WRITE_INTERRUPTED", `writing stopped at block ${block}`, {
          cause: error,
          written: blocks.slice(0, index),
          notWritten: blocks.slice(index),
        });
      }
  }

  async #read(service: number, blocks: readonly number[], signal?: AbortSignal): Promise<Uint8Array> {
    return this.#readOf(await this.#readIdm(signal), service, blocks, this.#maxBlocks, signal);
  }

  async #readOf(
    idm: Uint8Array,
    service: number,
    blocks: readonly number[],
    most: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const work = async (): Promise<void> => {
      for (let at = 0; at < blocks.length; at += most) {
        signal?.throwIfAborted();
        parts.push(await readOnce(this.#access, idm, service, blocks.slice(at, at + most), signal));
      }
    };
    // one transparent session for all of them, where it needs one
    const needsSession = this.#access.dialect.statusWords.felica === "frame" && blocks.length > most;
    await (needsSession && this.#access.hasFrames ? this.#access.together(work, signal) : work());
    return concatBytes(...parts);
  }

  async #authenticate(cardKey: Uint8Array, signal?: AbortSignal): Promise<void> {
    this.#session = undefined;
    const idm = await this.#readIdm(signal);
    const challenge = requireBytes(this.#random(KEY_BYTES), KEY_BYTES, "random");
    await writeOnce(this.#access, idm, LITE_SERVICE.READ_WRITE, [LITE_BLOCK.RC], reverseGroups(challenge), signal);
    const answer = await readOnce(this.#access, idm, LITE_SERVICE.READ_ONLY, [LITE_BLOCK.ID, LITE_BLOCK.MAC], signal);
    const key = liteSessionKey(cardKey, challenge);
    const mac = liteMac(key, challenge, answer.subarray(0, FELICA_BLOCK_BYTES));
    if (!equalBytes(mac, answer.subarray(FELICA_BLOCK_BYTES, FELICA_BLOCK_BYTES + MAC_BYTES)))
      throw new FelicaError("WRONG_KEY", "the card does not know this key");
    this.#session = { key, challenge };
  }

  #requireSession(): Session {
    if (this.#session === undefined) throw new UsageError("authenticate first: the MAC is made with its session key");
    return this.#session;
  }

  async #writeWithMac(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { key, challenge } = this.#requireSession();
    const idm = await this.#readIdm(signal);
    const counterBlock = await readOnce(this.#access, idm, LITE_SERVICE.READ_ONLY, [LITE_BLOCK.WCNT], signal);
    const counter = (counterBlock[0] ?? 0) | ((counterBlock[1] ?? 0) << 8) | ((counterBlock[2] ?? 0) << 16);
    const mac = new Uint8Array(FELICA_BLOCK_BYTES);
    mac.set(liteMac(writeKey(key), challenge, concatBytes(macAWritePrefix(counter, block), data)));
    mac.set(counterBlock.subarray(0, 3), MAC_BYTES);
    await writeOnce(
      this.#access,
      idm,
      LITE_SERVICE.READ_WRITE,
      [block, LITE_BLOCK.MAC_A],
      concatBytes(data, mac),
      signal,
    );
  }

  #run<Result>(options: FelicaCallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(options.signal), options.signal);
  }
}

function blockOf(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.slice(index * FELICA_BLOCK_BYTES, (index + 1) * FELICA_BLOCK_BYTES);
}

function requireWord(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new FormatError("INVALID_VALUE", `${value} is no number of two bytes`, { field });
  return value;
}

function requireBytes(bytes: Uint8Array, length: number, field: string): Uint8Array {
  if (bytes.length !== length)
    throw new FormatError("INVALID_VALUE", `${length} bytes, not ${bytes.length}`, { field });
  return copyBytes(bytes);
}
