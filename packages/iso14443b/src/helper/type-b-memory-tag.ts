import { requireSuccess } from "@cardwire/apdu";
import { getData, readBinary, updateBinary } from "@cardwire/apdu/pcsc";
import { copyBytes, readUint32LE, SerialQueue, UsageError, writeUint32LE } from "@cardwire/core";
import {
  createTagAccess,
  type TagAccess,
  type TagAccessOptions,
  type TagConnection,
} from "@cardwire/storage-card/tag-access";
import { isLocked, lockBitOf } from "../locks.ts";
import { type TypeBMemoryProduct, typeBMemoryProductOf } from "../products.ts";
import { TypeBMemoryError } from "./type-b-memory-error.ts";

/** Of every call. */
export interface TypeBMemoryCallOptions {
  /** Gives up before the next command. What the card was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/** What a card turned out to be. */
export interface TypeBMemoryIdentity {
  /** 8 bytes, least significant first. */
  readonly uid: Uint8Array;
  /** `undefined` where the UID names none that is known. */
  readonly product: TypeBMemoryProduct | undefined;
}

/** A whole card. */
export interface TypeBMemoryContents {
  /** Every block from 0 on. */
  readonly memory: Uint8Array;
  /** The block with the lock register, where it lies beside the memory. */
  readonly systemBlock: Uint8Array | undefined;
}

/** A block to be written. */
export interface TypeBMemoryWrite {
  readonly block: number;
  readonly data: Uint8Array;
}

const COUNTERS: readonly number[] = [5, 6];

/**
 * A memory card of ST's SR or ST25TB families, on any reader that reads and writes their blocks by READ and UPDATE
 * BINARY. Nothing is sent before something is asked for; calls are queued.
 *
 * Errors: {@link TypeBMemoryError}, `StatusWordError` from the reader (6581 where the card kept what it had: a block that
 * is locked, a bit that cannot be set, a counter that only goes down), `SmartCardError` from the connection.
 */
export class TypeBMemoryTag {
  readonly #access: TagAccess;
  readonly #queue = new SerialQueue();
  #identity: TypeBMemoryIdentity | undefined;

  constructor(connection: TagConnection, options: TagAccessOptions = {}) {
    this.#access = createTagAccess(connection, options);
  }

  /** What the card is, by its UID. The reader knows it, so the card is not asked. */
  identify(options: TypeBMemoryCallOptions = {}): Promise<TypeBMemoryIdentity> {
    return this.#run(options, (signal) => this.#identify(signal));
  }

  /** Reads a block: 4 bytes, or 2 of a SR176. Block 255 holds the lock register, where there is one. */
  readBlock(block: number, options: TypeBMemoryCallOptions = {}): Promise<Uint8Array> {
    checkBlock(block);
    return this.#run(options, async (signal) => this.#read(block, await this.#blockBytes(signal), signal));
  }

  /** Reads the whole card: one exchange for each block, the most that its commands give. */
  readAll(options: TypeBMemoryCallOptions = {}): Promise<TypeBMemoryContents> {
    return this.#run(options, async (signal) => {
      const { blocks, blockBytes, systemBlock } = await this.#product(signal);
      const memory = new Uint8Array(blocks * blockBytes);
      for (let block = 0; block < blocks; block++)
        memory.set(await this.#read(block, blockBytes, signal), block * blockBytes);
      return {
        memory,
        systemBlock: systemBlock < blocks ? undefined : await this.#read(systemBlock, blockBytes, signal),
      };
    });
  }

  /**
   * Writes blocks in the order in which they come.
   *
   * @throws TypeBMemoryError WRITE_INTERRUPTED telling which were written and which were not.
   */
  writeBlocks(writes: Iterable<TypeBMemoryWrite>, options: TypeBMemoryCallOptions = {}): Promise<void> {
    const list = [...writes].map(({ block, data }) => {
      checkBlock(block);
      return { block, data: copyBytes(data) };
    });
    return this.#run(options, async (signal) => {
      const blockBytes = await this.#blockBytes(signal);
      for (const { data } of list)
        if (data.length !== blockBytes) throw new UsageError(`a block has ${blockBytes} bytes, not ${data.length}`);
      await this.#write(list, signal);
    });
  }

  /** Reads one of the two counters, block 5 or 6: 32 bits that only go down. */
  readCounter(block: number, options: TypeBMemoryCallOptions = {}): Promise<number> {
    checkCounter(block);
    return this.#run(options, async (signal) => {
      await this.#requireCounters(signal);
      return readUint32LE(await this.#read(block, 4, signal), 0, "counter");
    });
  }

  /**
   * Counts down. On block 6, lowering the upper 11 bits erases blocks 0–4 to ones.
   *
   * @returns what the counter is afterwards.
   */
  decrementCounter(block: number, step: number, options: TypeBMemoryCallOptions = {}): Promise<number> {
    checkCounter(block);
    if (!Number.isInteger(step) || step < 1) throw new UsageError(`${step} is no step of a counter`);
    return this.#run(options, async (signal) => {
      await this.#requireCounters(signal);
      const value = readUint32LE(await this.#read(block, 4, signal), 0, "counter") - step;
      if (value < 0) throw new UsageError(`counter ${block} cannot go down by ${step}`);
      const data = new Uint8Array(4);
      writeUint32LE(data, 0, value, "counter");
      await this.#write([{ block, data }], signal);
      return value;
    });
  }

  /** The blocks that are locked. */
  readLockedBlocks(options: TypeBMemoryCallOptions = {}): Promise<readonly number[]> {
    return this.#run(options, async (signal) => {
      const product = await this.#product(signal);
      const register = await this.#read(product.systemBlock, product.blockBytes, signal);
      return Array.from({ length: product.blocks }, (_, block) => block).filter((block) =>
        isLocked(product, register, block),
      );
    });
  }

  /** Locks blocks for ever. @returns what was locked: one bit stands for several blocks in places. */
  lockBlocks(blocks: Iterable<number>, options: TypeBMemoryCallOptions = {}): Promise<readonly number[]> {
    const wanted = [...blocks];
    return this.#run(options, async (signal) => {
      const product = await this.#product(signal);
      const { systemBlock, blockBytes, hasCounters } = product;
      const locked = new Set<number>();
      let bits = 0;
      for (const block of wanted) {
        const lock = lockBitOf(product, block);
        if (lock === undefined) throw new UsageError(`block ${block} of ${product.name} has no lock bit`);
        bits |= 1 << lock.bit;
        for (const other of lock.blocks) locked.add(other);
      }
      if (bits === 0) return [];
      const data = await this.#read(systemBlock, blockBytes, signal);
      const register = data[blockBytes - 1] ?? 0;
      data[blockBytes - 1] = hasCounters ? register & ~bits : register | bits;
      await this.#write([{ block: systemBlock, data }], signal);
      return [...locked].sort((a, b) => a - b);
    });
  }

  #run<Result>({ signal }: TypeBMemoryCallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(signal), signal);
  }

  async #identify(signal?: AbortSignal): Promise<TypeBMemoryIdentity> {
    if (this.#identity !== undefined) return this.#identity;
    const command = getData("uid", 256, this.#access.dialect);
    const uid = requireSuccess(await this.#access.transmit(command, signal)).slice();
    return (this.#identity = { uid, product: typeBMemoryProductOf(uid) });
  }

  async #product(signal?: AbortSignal): Promise<TypeBMemoryProduct> {
    const { product } = await this.#identify(signal);
    if (product === undefined) throw new TypeBMemoryError("NOT_SUPPORTED", "the card's product is not known");
    return product;
  }

  async #blockBytes(signal?: AbortSignal): Promise<number> {
    return (await this.#identify(signal)).product?.blockBytes ?? 4;
  }

  async #requireCounters(signal?: AbortSignal): Promise<void> {
    const { name, hasCounters } = await this.#product(signal);
    if (!hasCounters) throw new TypeBMemoryError("NOT_SUPPORTED", `${name} has no counters`);
  }

  async #read(block: number, blockBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const command = readBinary({ address: block, ne: blockBytes }, this.#access.dialect);
    const data = requireSuccess(await this.#access.transmit(command, signal));
    if (data.length === blockBytes) return data.slice();
    throw new TypeBMemoryError("UNEXPECTED_ANSWER", `READ BINARY gave ${data.length} bytes, not ${blockBytes}`);
  }

  async #write(writes: readonly TypeBMemoryWrite[], signal?: AbortSignal): Promise<void> {
    for (const [index, { block, data }] of writes.entries())
      try {
        signal?.throwIfAborted();
        const command = updateBinary({ address: block, data }, this.#access.dialect);
        requireSuccess(await this.#access.transmit(command, signal));
      } catch (cause) {
        const number = (write: TypeBMemoryWrite): number => write.block;
        throw new TypeBMemoryError("WRITE_INTERRUPTED", `writing stopped at block ${block}`, {
          cause,
          written: writes.slice(0, index).map(number),
          notWritten: writes.slice(index).map(number),
        });
      }
  }
}

function checkBlock(block: number): void {
  if (!Number.isInteger(block) || block < 0 || block > 0xff) throw new UsageError(`${block} is no block number`);
}

function checkCounter(block: number): void {
  if (!COUNTERS.includes(block)) throw new UsageError(`block ${block} is no counter: 5 and 6 are`);
}
