import { copyBytes, fromHex, SerialQueue, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import { createTagAccess, type TagConnection } from "@cardwire/storage-card/tag-access";
import { type AccessConditions, buildAccessBits, parseAccessBits } from "../access-bits.ts";
import {
  BLOCK_BYTES,
  CLASSIC_GEOMETRY,
  type ClassicSize,
  firstBlockOfSector,
  isTrailer,
  sectorOfBlock,
  trailerOfSector,
} from "../geometry.ts";
import { madVersionOf, type MifareApplicationDirectory, parseMad } from "../mad.ts";
import { buildValueBlock, parseValueBlock, type ValueBlock } from "../value-block.ts";
import { checkedKey, type ClassicKeyType, KeyRing, type SectorKeys, WELL_KNOWN_KEYS } from "./key-ring.ts";
import { MifareClassicError } from "./mifare-classic-error.ts";
import { type BlockWrite, classicNdefDriver } from "./ndef.ts";
import { type ClassicSector, conditionsOf, keyTypesFor, readSector, sectorBytes } from "./read-sector.ts";
import type {
  ClassicCallOptions,
  ClassicMemory,
  ClassicOptions,
  ClassicReadOptions,
  ClassicTrailer,
  ClassicValueOptions,
  ClassicWriteOptions,
} from "./options.ts";
import { SectorAccess } from "./sector-access.ts";

const MAD1_SECTOR = 0;
const MAD2_SECTOR = 16;
const MAD2_BLOCKS = 3;
const DEFAULT_GENERAL_PURPOSE_BYTE = 0x69;

/**
 * A MIFARE Classic, on any reader. Nothing is sent before something is asked for; calls are queued. A sector that is open
 * stays open for the calls that follow, and keys that were found are remembered.
 *
 * Errors: {@link MifareClassicError} from the card, `StatusWordError` from the reader, `SmartCardError` from the
 * connection.
 */
export class MifareClassic {
  readonly size: ClassicSize;
  readonly #sectors: SectorAccess;
  readonly #queue = new SerialQueue();
  /** Access conditions of the sectors whose trailer has been read. */
  readonly #conditions = new Map<number, AccessConditions>();

  /** The card's NDEF, in the sectors that its application directory names. */
  readonly ndef: NdefTag;

  constructor(connection: TagConnection, options: ClassicOptions) {
    this.size = options.size;
    const keys = new KeyRing(options.keys, options.tryKeys);
    this.#sectors = new SectorAccess(createTagAccess(connection, options), keys);
    const ndefKey = fromHex(WELL_KNOWN_KEYS.ndef);
    this.ndef = createNdefTag(
      classicNdefDriver({
        size: options.size,
        run: (work, signal) => this.#run(signal === undefined ? {} : { signal }, work),
        readMad: (signal) => this.#readMad(signal),
        read: (block, signal) => this.#read(block, signal, ndefKey),
        write: (writes, signal) => this.#write(writes, true, signal),
        opens: async (sector, type, signal) =>
          this.#sectors.isOpen(sector, type) || (await this.#sectors.open(sector, type, signal, ndefKey)),
        conditions: (sector) => this.#conditions.get(sector),
        keys: (sector) => keys.of(sector),
      }),
    );
  }

  /** The keys that are known of each sector: those that were given, and those that were found. */
  get keys(): ReadonlyMap<number, SectorKeys> {
    return this.#sectors.keys.all();
  }

  /** Makes keys of a sector known. @throws FormatError for a key that does not have 6 bytes. */
  setKeys(sector: number, keys: SectorKeys): void {
    this.#checkSector(sector);
    this.#sectors.keys.set(sector, keys);
  }

  /** Reads a block of 16 bytes. @throws MifareClassicError KEY_REFUSED, BLOCK_REFUSED */
  readBlock(block: number, options: ClassicCallOptions = {}): Promise<Uint8Array> {
    this.#checkBlock(block);
    return this.#run(options, (signal) => this.#read(block, signal));
  }

  /**
   * Reads a sector, its trailer included, with one authentication where one key may read it all.
   *
   * @throws MifareClassicError KEY_REFUSED when no known key opens it.
   */
  readSector(sector: number, options: ClassicCallOptions = {}): Promise<ClassicSector> {
    this.#checkSector(sector);
    return this.#run(options, async (signal) => {
      const read = await this.#readSector(sector, true, signal);
      if (read.blocks.every((block) => block === undefined)) throw this.#closed(sector);
      return read;
    });
  }

  /** Reads the whole card: one authentication for each sector, two where its blocks need both keys. */
  readAll({ trailers = true, onProgress, ...options }: ClassicReadOptions = {}): Promise<ClassicMemory> {
    return this.#run(options, async (signal) => {
      const { sectors: count, blocks } = CLASSIC_GEOMETRY[this.size];
      const bytes = new Uint8Array(blocks * BLOCK_BYTES);
      const sectors: ClassicSector[] = [];
      const missing: number[] = [];
      for (let sector = 0; sector < count; sector++) {
        signal?.throwIfAborted();
        const read = await this.#readSector(sector, trailers, signal);
        const first = firstBlockOfSector(sector);
        read.blocks.forEach((block, index) => {
          if (block === undefined) missing.push(first + index);
        });
        bytes.set(sectorBytes(read), first * BLOCK_BYTES);
        sectors.push(read);
        onProgress?.(sector + 1, count);
      }
      return { size: this.size, sectors, missing, bytes };
    });
  }

  /**
   * Writes a block of 16 bytes.
   *
   * @throws UsageError for a trailer or block 0 that the options do not allow, MifareClassicError WRITE_INTERRUPTED with
   * the reason as its cause.
   */
  writeBlock(block: number, data: Uint8Array, options: ClassicWriteOptions = {}): Promise<void> {
    if (data.length !== BLOCK_BYTES) throw new UsageError(`a block has 16 bytes, not ${data.length}`);
    return this.writeBlocks([{ block, data }], options);
  }

  /**
   * Writes blocks in the order in which they come.
   *
   * @throws UsageError as {@link MifareClassic.writeBlock}, MifareClassicError WRITE_INTERRUPTED telling which blocks were
   * written and which were not.
   */
  writeBlocks(writes: Iterable<BlockWrite>, options: ClassicWriteOptions = {}): Promise<void> {
    const list = [...writes].map(({ block, data }) => {
      this.#checkWrite(block, data, options);
      return { block, data: copyBytes(data) };
    });
    return this.#run(options, (signal) => this.#write(list, options.verify ?? true, signal));
  }

  /**
   * Writes keys and access conditions of a sector, and knows the new keys from then on. Wrong ones lock the sector for
   * ever.
   *
   * @throws MifareClassicError WRITE_INTERRUPTED
   */
  writeTrailer(sector: number, trailer: ClassicTrailer, options: ClassicCallOptions = {}): Promise<void> {
    this.#checkSector(sector);
    const { generalPurposeByte = DEFAULT_GENERAL_PURPOSE_BYTE } = trailer;
    if (!Number.isInteger(generalPurposeByte) || generalPurposeByte < 0 || generalPurposeByte > 0xff)
      throw new UsageError(`${generalPurposeByte} is no byte`);
    const data = new Uint8Array(BLOCK_BYTES);
    data.set(checkedKey(trailer.keyA), 0);
    data.set(buildAccessBits(trailer.conditions), 6);
    data[9] = generalPurposeByte;
    data.set(checkedKey(trailer.keyB), 10);
    return this.#run(options, (signal) => this.#write([{ block: trailerOfSector(sector), data }], true, signal));
  }

  /** Reads a value block. @throws MifareClassicError NOT_A_VALUE */
  readValue(block: number, options: ClassicCallOptions = {}): Promise<ValueBlock> {
    this.#checkData(block);
    return this.#run(options, async (signal) => {
      const value = parseValueBlock(await this.#read(block, signal));
      if (value === undefined) throw new MifareClassicError("NOT_A_VALUE", `block ${block} holds no value`, { block });
      return value;
    });
  }

  /** Makes a value block of a data block. @param value the address byte is the block's own unless given. */
  writeValue(
    block: number,
    { value, address = block }: Pick<ValueBlock, "value"> & Partial<ValueBlock>,
    options: ClassicCallOptions & Pick<ClassicWriteOptions, "verify"> = {},
  ): Promise<void> {
    this.#checkData(block);
    return this.writeBlock(block, buildValueBlock({ value, address }), options);
  }

  /** Adds to a value block. @param step 0 to 7FFF FFFF. @throws MifareClassicError BLOCK_REFUSED */
  increment(block: number, step: number, options: ClassicValueOptions = {}): Promise<void> {
    return this.#count("increment", block, step, options);
  }

  /** Subtracts from a value block. @param step 0 to 7FFF FFFF. @throws MifareClassicError BLOCK_REFUSED */
  decrement(block: number, step: number, options: ClassicValueOptions = {}): Promise<void> {
    return this.#count("decrement", block, step, options);
  }

  /** Copies a value block to another block of its sector, inside the card. @throws MifareClassicError BLOCK_REFUSED */
  copyValue(from: number, to: number, options: ClassicValueOptions = {}): Promise<void> {
    this.#checkData(from);
    this.#checkData(to);
    if (sectorOfBlock(from) !== sectorOfBlock(to))
      throw new UsageError(`blocks ${from} and ${to} are in different sectors`);
    return this.#withValueKey("decrement", from, options, (signal) => this.#sectors.copy(from, to, signal));
  }

  /** The application directory; `undefined` when the card has none. @throws FormatError for one that is damaged. */
  readMad(options: ClassicCallOptions = {}): Promise<MifareApplicationDirectory | undefined> {
    return this.#run(options, (signal) => this.#readMad(signal));
  }

  #run<Result>({ signal }: ClassicCallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => {
      this.#sectors.forgetLoadedKey();
      return work(signal);
    }, signal);
  }

  async #readSector(sector: number, withTrailer: boolean, signal?: AbortSignal): Promise<ClassicSector> {
    const read = await readSector(this.#sectors, sector, withTrailer, signal);
    if (read.conditions !== undefined) this.#conditions.set(sector, read.conditions);
    return read;
  }

  /**
   * Does something to a sector with each of these keys in turn until one does it. A sector that a call before left open
   * may have been closed by others meanwhile, so it is opened anew before it counts as refused.
   */
  async #attempt<Result>(
    sector: number,
    types: readonly ClassicKeyType[],
    work: () => Promise<Result | undefined>,
    signal?: AbortSignal,
    preferred?: Uint8Array,
  ): Promise<Result | undefined> {
    let opened = false;
    const inOrder = [...types].sort(
      (one, other) => Number(this.#sectors.isOpen(sector, other)) - Number(this.#sectors.isOpen(sector, one)),
    );
    for (const type of inOrder) {
      if (this.#sectors.isOpen(sector, type)) {
        const result = await work();
        if (result !== undefined) return result;
      }
      if (!(await this.#sectors.open(sector, type, signal, preferred))) continue;
      opened = true;
      const result = await work();
      if (result !== undefined) return result;
    }
    if (!opened) throw this.#closed(sector);
    return undefined;
  }

  async #read(block: number, signal?: AbortSignal, preferred?: Uint8Array): Promise<Uint8Array> {
    const sector = sectorOfBlock(block);
    const types = keyTypesFor(block, "read", this.#conditions.get(sector));
    const data = await this.#attempt(sector, types, () => this.#sectors.read(block, signal), signal, preferred);
    if (data === undefined) throw this.#refused(block, "reading");
    const conditions = isTrailer(block) ? conditionsOf(data) : undefined;
    if (conditions !== undefined) this.#conditions.set(sector, conditions);
    return data;
  }

  async #write(writes: readonly BlockWrite[], verify: boolean, signal?: AbortSignal): Promise<void> {
    for (const [index, { block, data }] of writes.entries())
      try {
        signal?.throwIfAborted();
        await this.#writeOne(block, data, verify, signal);
      } catch (cause) {
        const number = (write: BlockWrite): number => write.block;
        throw new MifareClassicError("WRITE_INTERRUPTED", `writing stopped at block ${block}`, {
          cause,
          block,
          written: writes.slice(0, index).map(number),
          notWritten: writes.slice(index).map(number),
        });
      }
  }

  async #writeOne(block: number, data: Uint8Array, verify: boolean, signal?: AbortSignal): Promise<void> {
    const sector = sectorOfBlock(block);
    const types = keyTypesFor(block, "write", this.#conditions.get(sector));
    const work = async (): Promise<true | undefined> =>
      (await this.#sectors.write(block, data, signal)) ? true : undefined;
    if ((await this.#attempt(sector, types, work, signal)) === undefined) throw this.#refused(block, "writing");
    if (isTrailer(block)) {
      await this.#adoptTrailer(sector, data, verify, signal);
      return;
    }
    if (!verify) return;
    const now = await this.#read(block, signal);
    if (now.some((byte, index) => byte !== data[index]))
      throw new MifareClassicError("NOT_WRITTEN", `block ${block} holds something else`, { sector, block });
  }

  /** The keys of a new trailer are the ones that count now; that the new key A opens the sector shows that it was taken. */
  async #adoptTrailer(sector: number, data: Uint8Array, verify: boolean, signal?: AbortSignal): Promise<void> {
    const before = this.#sectors.keys.of(sector);
    this.#conditions.delete(sector);
    this.#sectors.close();
    this.#sectors.keys.set(sector, { a: data.slice(0, 6), b: data.slice(10, 16) });
    if (!verify || (await this.#sectors.open(sector, "a", signal))) return;
    this.#sectors.keys.set(sector, before);
    const block = trailerOfSector(sector);
    throw new MifareClassicError("NOT_WRITTEN", `the new key A does not open sector ${sector}`, { sector, block });
  }

  #count(
    operation: "increment" | "decrement",
    block: number,
    operand: number,
    options: ClassicValueOptions,
  ): Promise<void> {
    this.#checkData(block);
    if (!Number.isInteger(operand) || operand < 0 || operand > 0x7fff_ffff)
      throw new UsageError(`${operand} is no step of a value block`);
    return this.#withValueKey(operation, block, options, (signal) =>
      this.#sectors.count({ operation, block, operand }, signal),
    );
  }

  /**
   * Counts once and never again: who hears nothing cannot know whether the card has counted. So the sector is opened anew,
   * and with the key that the access conditions name.
   */
  #withValueKey(
    operation: "increment" | "decrement",
    block: number,
    options: ClassicValueOptions,
    work: (signal?: AbortSignal) => Promise<boolean>,
  ): Promise<void> {
    return this.#run(options, async (signal) => {
      const sector = sectorOfBlock(block);
      let types: readonly ClassicKeyType[] = options.keyType === undefined ? [] : [options.keyType];
      if (options.keyType === undefined) {
        if (!this.#conditions.has(sector)) await this.#read(trailerOfSector(sector), signal);
        types = keyTypesFor(block, operation, this.#conditions.get(sector));
        if (types.length === 0) throw this.#refused(block, operation);
      }
      for (const type of types) {
        if (!(await this.#sectors.open(sector, type, signal))) continue;
        if (await work(signal)) return;
        throw this.#refused(block, operation);
      }
      throw this.#closed(sector);
    });
  }

  async #readMad(signal?: AbortSignal): Promise<MifareApplicationDirectory | undefined> {
    const key = fromHex(WELL_KNOWN_KEYS.mad);
    const read = (block: number): Promise<Uint8Array> => this.#read(block, signal, key);
    const trailer = await read(trailerOfSector(MAD1_SECTOR));
    const version = madVersionOf(trailer[9] ?? 0);
    if (version === undefined) return undefined;
    const mad1 = new Uint8Array(2 * BLOCK_BYTES);
    for (const block of [1, 2]) mad1.set(await read(block), (block - 1) * BLOCK_BYTES);
    if (version === 1 || CLASSIC_GEOMETRY[this.size].sectors <= MAD2_SECTOR) return parseMad(mad1);
    const mad2 = new Uint8Array(MAD2_BLOCKS * BLOCK_BYTES);
    for (let index = 0; index < MAD2_BLOCKS; index++)
      mad2.set(await read(firstBlockOfSector(MAD2_SECTOR) + index), index * BLOCK_BYTES);
    return parseMad(mad1, mad2);
  }

  #closed(sector: number): MifareClassicError {
    return new MifareClassicError("KEY_REFUSED", `no known key opens sector ${sector}`, { sector });
  }

  #refused(block: number, what: string): MifareClassicError {
    const sector = sectorOfBlock(block);
    return new MifareClassicError("BLOCK_REFUSED", `the card refused ${what} of block ${block}`, { sector, block });
  }

  #checkSector(sector: number): void {
    if (!Number.isInteger(sector) || sector < 0 || sector >= CLASSIC_GEOMETRY[this.size].sectors)
      throw new UsageError(`${sector} is no sector of a ${this.size} card`);
  }

  #checkBlock(block: number): void {
    if (!Number.isInteger(block) || block < 0 || block >= CLASSIC_GEOMETRY[this.size].blocks)
      throw new UsageError(`${block} is no block of a ${this.size} card`);
  }

  #checkData(block: number): void {
    this.#checkBlock(block);
    if (block === 0 || isTrailer(block)) throw new UsageError(`block ${block} cannot hold a value`);
  }

  #checkWrite(block: number, data: Uint8Array, options: ClassicWriteOptions): void {
    this.#checkBlock(block);
    if (data.length !== BLOCK_BYTES) throw new UsageError(`a block has 16 bytes, not ${data.length}`);
    if (block === 0 && options.allowManufacturerBlock !== true)
      throw new UsageError("block 0 is the manufacturer's: allowManufacturerBlock lets it be written");
    if (!isTrailer(block)) return;
    if (options.allowTrailer !== true)
      throw new UsageError(`block ${block} is a sector trailer: allowTrailer lets it be written`);
    // a trailer whose bits do not agree locks the sector for ever
    parseAccessBits(data.subarray(6, 9));
  }
}
