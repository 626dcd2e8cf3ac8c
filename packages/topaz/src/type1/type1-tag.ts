import { copyBytes, SerialQueue, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import type { TagAccessOptions, TagConnection } from "@cardwire/storage-card/tag-access";
import { BLOCK_BYTES, lockBitOf, SEGMENT_BYTES, STATIC_BYTES } from "../layout.ts";
import {
  hasDynamicMemory,
  TYPE1_PRODUCTS,
  type Type1Product,
  type1ProductOf,
  type Type1ProductName,
} from "../products.ts";
import { type Type1CapabilityContainer, type1CapabilityContainer, type1NdefDriver, type Type1Write } from "./ndef.ts";
import { Type1Access, type Type1Header } from "./type1-access.ts";
import { Type1Error, type Type1Unit } from "./type1-error.ts";

/** How a Type 1 tag is spoken to. */
export interface Type1TagOptions extends TagAccessOptions {
  /** What the tag is, where that is known: a whole read of a Topaz 512 then costs an exchange less. */
  readonly product?: Type1ProductName;
}

/** Of every call. */
export interface Type1CallOptions {
  /** Gives up before the next command. What the tag was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/** How bytes are written. */
export interface Type1WriteOptions extends Type1CallOptions {
  /**
   * False sets bits and clears none, which takes half the time. Only with readers that let frames through to the tag.
   */
  readonly erase?: boolean;
}

/** What a tag turned out to be. */
export interface Type1Identity extends Type1Header {
  /** `undefined` for a header ROM that is not known. */
  readonly product: Type1Product | undefined;
}

/**
 * A Jewel or Topaz, on any reader that has commands for them. Nothing is sent before something is asked for; calls are
 * queued.
 *
 * Errors: {@link Type1Error} from the tag, `StatusWordError` from the reader, `TagAccessError` where the reader cannot
 * send what a call needs, `SmartCardError` from the connection.
 */
export class Type1Tag {
  readonly #access: Type1Access;
  readonly #queue = new SerialQueue();
  #hr0: number | undefined;
  #identity: Type1Identity | undefined;
  /** The tag's NDEF. */
  readonly ndef: NdefTag;

  constructor(connection: TagConnection, options: Type1TagOptions = {}) {
    this.#access = new Type1Access(connection, options);
    this.ndef = createNdefTag(
      type1NdefDriver({
        run: (work, signal) => this.#queue.run(() => work(signal), signal),
        readStatic: async (signal) => ({ memory: await this.#static(signal), hr0: this.#hr0 ?? 0 }),
        readSegment: (segment, signal) => this.#access.readSegment(segment, signal),
        write: (writes, signal) => this.#write(writes, true, signal),
        lock: (blocks, memory, signal) => this.#lock(blocks, memory, signal),
        unitBytes: (hr0) => (this.#writesBlocks(hr0) ? BLOCK_BYTES : 1),
        product: type1ProductOf,
      }),
    );
    if (options.product !== undefined) this.#hr0 = TYPE1_PRODUCTS[options.product].hr0;
  }

  /** What the tag is: RID, asked once. */
  identify(options: Type1CallOptions = {}): Promise<Type1Identity> {
    return this.#run(options, async (signal) => this.#identity ?? this.#know(await this.#access.identify(signal)));
  }

  /**
   * Reads the whole memory: RALL of a static tag, RSEG for each 128 bytes of a dynamic one. Of a tag that is not known
   * yet RALL comes first, which tells what it is.
   */
  readAll(options: Type1CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => {
      if (this.#hr0 !== undefined && hasDynamicMemory(this.#hr0)) {
        const first = await this.#access.readSegment(0, signal);
        return this.#readFrom(first, this.#hr0, signal);
      }
      const { memory, ...header } = await this.#access.readStatic(signal);
      this.#know(header);
      if (!hasDynamicMemory(header.hr0)) return memory;
      const first = new Uint8Array(SEGMENT_BYTES);
      first.set(memory);
      first.set(await this.#access.readBlock(STATIC_BYTES / BLOCK_BYTES, signal), STATIC_BYTES);
      return this.#readFrom(first, header.hr0, signal);
    });
  }

  /** Reads one of the first 120 bytes. */
  readByte(address: number, options: Type1CallOptions = {}): Promise<number> {
    this.#checkAddress(address, STATIC_BYTES);
    return this.#run(options, (signal) => this.#access.readByte(address, signal));
  }

  /** Reads a block of 8 bytes of a tag with dynamic memory. */
  readBlock(block: number, options: Type1CallOptions = {}): Promise<Uint8Array> {
    this.#checkAddress(block, 0x100);
    return this.#run(options, (signal) => this.#access.readBlock(block, signal));
  }

  /** Reads 128 bytes of a tag with dynamic memory. */
  readSegment(segment: number, options: Type1CallOptions = {}): Promise<Uint8Array> {
    this.#checkAddress(segment, 16);
    return this.#run(options, (signal) => this.#access.readSegment(segment, signal));
  }

  /**
   * Writes bytes anywhere, in the fewest commands: whole blocks on a tag with dynamic memory, bytes on the others. Lock
   * and OTP bytes are only ever set.
   *
   * @throws Type1Error WRITE_INTERRUPTED telling what was written and what was not.
   */
  write(address: number, data: Uint8Array, { erase = true, ...options }: Type1WriteOptions = {}): Promise<void> {
    this.#checkAddress(address, 0x800);
    if (data.length === 0) throw new UsageError("there is nothing to write");
    const bytes = copyBytes(data);
    return this.#run(options, async (signal) => {
      const { hr0 } = this.#hr0 === undefined ? this.#know(await this.#access.identify(signal)) : { hr0: this.#hr0 };
      await this.#write(pieces(address, bytes, this.#writesBlocks(hr0)), erase, signal);
    });
  }

  /** The capability container; `undefined` when the tag is not formatted. */
  readCapabilityContainer(options: Type1CallOptions = {}): Promise<Type1CapabilityContainer | undefined> {
    return this.#run(options, async (signal) => type1CapabilityContainer(await this.#static(signal)));
  }

  /**
   * Locks blocks for ever. Blocks 0 and D–F have no lock that is for the user.
   *
   * @throws Type1Error WRITE_INTERRUPTED with the lock bytes that were written.
   */
  lockBlocks(blocks: Iterable<number>, options: Type1CallOptions = {}): Promise<void> {
    const wanted = [...blocks];
    for (const block of wanted)
      if (!Number.isInteger(block) || lockBitOf(block) === undefined)
        throw new UsageError(`block ${block} has no lock bit`);
    return this.#run(options, async (signal) => {
      await this.#lock(wanted, await this.#static(signal), signal);
    });
  }

  #run<Result>({ signal }: Type1CallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(signal), signal);
  }

  #know(header: Type1Header): Type1Identity {
    this.#hr0 = header.hr0;
    this.#identity = { ...header, product: type1ProductOf(header.hr0) };
    return this.#identity;
  }

  #writesBlocks(hr0: number): boolean {
    return hasDynamicMemory(hr0) && !this.#access.hasBytesOnly;
  }

  async #static(signal?: AbortSignal): Promise<Uint8Array> {
    const { memory, ...header } = await this.#access.readStatic(signal);
    this.#know(header);
    return memory;
  }

  async #readFrom(first: Uint8Array, hr0: number, signal?: AbortSignal): Promise<Uint8Array> {
    const told = type1CapabilityContainer(first)?.memoryBytes ?? SEGMENT_BYTES;
    const count = Math.ceil((type1ProductOf(hr0)?.memoryBytes ?? told) / SEGMENT_BYTES);
    const memory = new Uint8Array(count * SEGMENT_BYTES);
    memory.set(first);
    for (let segment = 1; segment < count; segment++)
      memory.set(await this.#access.readSegment(segment, signal), segment * SEGMENT_BYTES);
    return memory;
  }

  async #lock(blocks: readonly number[], memory: Uint8Array, signal?: AbortSignal): Promise<void> {
    const added = new Map<number, number>();
    for (const block of blocks) {
      const lock = lockBitOf(block);
      if (lock !== undefined) added.set(lock.address, (added.get(lock.address) ?? 0) | (1 << lock.bit));
    }
    const writes: Type1Write[] = [];
    // a tag gives back what its lock bytes are now, so the bits that are set already are sent along
    for (const [address, bits] of added)
      if (address < STATIC_BYTES) writes.push({ address, data: Uint8Array.of((memory[address] ?? 0) | bits) });
    const dynamic = [...added].filter(([address]) => address >= STATIC_BYTES);
    if (dynamic.length > 0) {
      const data = await this.#access.readBlock(STATIC_BYTES / BLOCK_BYTES, signal);
      for (const [address, bits] of dynamic) data[address - STATIC_BYTES] = (data[address - STATIC_BYTES] ?? 0) | bits;
      writes.push({ address: STATIC_BYTES, data });
    }
    await this.#write(writes, true, signal);
  }

  async #write(writes: readonly Type1Write[], erase: boolean, signal?: AbortSignal): Promise<void> {
    for (const [index, { address, data }] of writes.entries())
      try {
        signal?.throwIfAborted();
        await this.#writeOne(address, data, erase, signal);
      } catch (cause) {
        const unit = (write: Type1Write): Type1Unit => ({ address: write.address, length: write.data.length });
        throw new Type1Error("WRITE_INTERRUPTED", `writing stopped at byte ${address}`, {
          cause,
          written: writes.slice(0, index).map(unit),
          notWritten: writes.slice(index).map(unit),
        });
      }
  }

  async #writeOne(address: number, data: Uint8Array, erase: boolean, signal?: AbortSignal): Promise<void> {
    if (data.length === BLOCK_BYTES || (data.length === 1 && address < STATIC_BYTES)) {
      await (erase ? this.#access.write(address, data, signal) : this.#access.set(address, data, signal));
      return;
    }
    // part of a block: what stands around it is written again, or left alone by zeros
    const start = address - (address % BLOCK_BYTES);
    const block = erase ? await this.#access.readBlock(start / BLOCK_BYTES, signal) : new Uint8Array(BLOCK_BYTES);
    block.set(data, address - start);
    await this.#writeOne(start, block, erase, signal);
  }

  #checkAddress(address: number, end: number): void {
    if (!Number.isInteger(address) || address < 0 || address >= end)
      throw new UsageError(`${address} is not between 0 and ${end - 1}`);
  }
}

/** What is written as a whole: bytes, or blocks and the parts of blocks at either end. */
function pieces(address: number, bytes: Uint8Array, inBlocks: boolean): Type1Write[] {
  const writes: Type1Write[] = [];
  for (let at = 0; at < bytes.length;) {
    const toBlockEnd = BLOCK_BYTES - ((address + at) % BLOCK_BYTES);
    const length = inBlocks ? Math.min(toBlockEnd, bytes.length - at) : 1;
    writes.push({ address: address + at, data: bytes.slice(at, at + length) });
    at += length;
  }
  return writes;
}
