import { copyBytes, FormatError, SerialQueue, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import { createTagAccess, type TagAccessOptions, type TagConnection } from "@cardwire/storage-card/tag-access";
import { ICODE_COMMAND, ISO15693_COMMAND as COMMAND } from "./commands.ts";
import { ICODE_PASSWORDS, type IcodePassword } from "./icode-passwords.ts";
import { mixedPassword } from "./mixed-password.ts";
import { type5NdefDriver } from "./ndef.ts";
import type { SystemInformation } from "./system-information.ts";
import { Type5Blocks } from "./type5-blocks.ts";
import { Type5Error } from "./type5-error.ts";
import { Type5Information } from "./type5-information.ts";
import { Type5Link } from "./type5-link.ts";

/** How an ISO/IEC 15693 tag is spoken to. */
export interface Type5TagOptions extends TagAccessOptions {
  /** The longest answer that reader and front end carry, in bytes: READ MULTIPLE BLOCKS asks for no more. 240 when absent. */
  readonly maxReplyBytes?: number;
}

/** Of every call. */
export interface Type5CallOptions {
  /** Gives up before the next command. What the tag was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/** All that a tag gives. */
export interface Type5Memory {
  readonly information: SystemInformation;
  readonly blockBytes: number;
  /** By block number; `undefined` for a block that the tag did not give. */
  readonly blocks: readonly (Uint8Array | undefined)[];
}

const DEFAULT_REPLY_BYTES = 240;

/**
 * An ISO/IEC 15693 tag, on any reader: by frames where the reader carries them, else block by block with READ and UPDATE
 * BINARY. Nothing is sent before something is asked for; calls are queued.
 *
 * Errors: {@link Type5Error} from the tag, `TagAccessError` where the reader cannot send what a call needs,
 * `SmartCardError` from the connection.
 */
export class Type5Tag {
  readonly #queue = new SerialQueue();
  readonly #link: Type5Link;
  readonly #information: Type5Information;
  readonly #blocks: Type5Blocks;
  /** The tag's NDEF. Formatting it, and making it read-only, needs a reader that carries frames. */
  readonly ndef: NdefTag;

  constructor(connection: TagConnection, options: Type5TagOptions = {}) {
    const { maxReplyBytes = DEFAULT_REPLY_BYTES } = options;
    if (!Number.isInteger(maxReplyBytes) || maxReplyBytes < 33)
      throw new UsageError(`maxReplyBytes is 33 or more, not ${maxReplyBytes}`);
    this.#link = new Type5Link(createTagAccess(connection, options));
    this.#information = new Type5Information(this.#link);
    this.#blocks = new Type5Blocks(this.#link, this.#information, maxReplyBytes);
    this.ndef = createNdefTag(
      type5NdefDriver({
        run: (work, signal) => this.#run(signal === undefined ? {} : { signal }, work),
        hasFrames: this.#link.access.hasFrames,
        readsMultiple: () => this.#blocks.readsMultiple,
        information: (signal) => this.#information.readOrNothing(signal),
        readBlock: (block, signal) => this.#blocks.readOne(block, signal),
        readBlocks: (first, count, blockBytes, signal) => this.#blocks.read(first, count, blockBytes, signal),
        write: (writes, signal) => this.#blocks.write(writes, signal),
        lock: (block, signal) => this.#blocks.lockUnlocked(block, signal),
      }),
    );
  }

  /** The UID, 8 bytes, least significant first as on the air, by GET DATA. Asked once. */
  readUid(options: Type5CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => (await this.#link.readUid(signal)).slice());
  }

  /** What the tag says of itself. Asked once. Needs a reader that carries frames. */
  systemInformation(options: Type5CallOptions = {}): Promise<SystemInformation> {
    return this.#run(options, (signal) => this.#information.read(signal));
  }

  /** Reads `count` blocks from `first` on, in as few exchanges as reader and tag allow. */
  readBlocks(first: number, count: number, options: Type5CallOptions = {}): Promise<Uint8Array> {
    requireRange(first, count);
    return this.#run(options, (signal) => this.#blocks.read(first, count, this.#blocks.blockBytes, signal));
  }

  /** Reads everything. A block that the tag does not give is `undefined`. */
  readAll(options: Type5CallOptions = {}): Promise<Type5Memory> {
    return this.#run(options, async (signal) => {
      const information = await this.#information.read(signal);
      const { blocks: count, blockBytes } = information;
      if (count === undefined || blockBytes === undefined)
        throw new Type5Error("NOT_SUPPORTED", "the tag does not say how large its memory is");
      return { information, blockBytes, blocks: await this.#blocks.readOrNothing(0, count, blockBytes, signal) };
    });
  }

  /**
   * Writes whole blocks from `first` on, one by one.
   *
   * @throws Type5Error WRITE_INTERRUPTED telling which blocks were written and which were not.
   */
  writeBlocks(first: number, data: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const bytes = copyBytes(data);
    return this.#run(options, async (signal) => {
      const { blockBytes } = this.#blocks;
      if (bytes.length === 0 || bytes.length % blockBytes !== 0)
        throw new UsageError(`${bytes.length} bytes are no whole number of blocks of ${blockBytes}`);
      const numbers = Array.from({ length: bytes.length / blockBytes }, (_, index) => first + index);
      requireRange(first, numbers.length);
      const dataOf = (index: number): Uint8Array => bytes.subarray(index * blockBytes, (index + 1) * blockBytes);
      await this.#blocks.write(
        numbers.map((block, index) => ({ block, data: dataOf(index) })),
        signal,
      );
    });
  }

  /** Locks a block for ever. */
  lockBlock(block: number, options: Type5CallOptions = {}): Promise<void> {
    requireRange(block, 1);
    return this.#run(options, (signal) => this.#blocks.lock(block, signal));
  }

  /** True for each locked block of a range. */
  readLocks(first: number, count: number, options: Type5CallOptions = {}): Promise<readonly boolean[]> {
    requireRange(first, count);
    return this.#run(options, (signal) => this.#blocks.readLocks(first, count, signal));
  }

  /** Sets the application family identifier. */
  writeAfi(afi: number, options: Type5CallOptions = {}): Promise<void> {
    return this.#change(COMMAND.WRITE_AFI, [requireByte(afi, "afi")], options);
  }

  /** Locks the application family identifier for ever. */
  lockAfi(options: Type5CallOptions = {}): Promise<void> {
    return this.#change(COMMAND.LOCK_AFI, [], options);
  }

  /** Sets the data storage format identifier. */
  writeDsfid(dsfid: number, options: Type5CallOptions = {}): Promise<void> {
    return this.#change(COMMAND.WRITE_DSFID, [requireByte(dsfid, "dsfid")], options);
  }

  /** Locks the data storage format identifier for ever. */
  lockDsfid(options: Type5CallOptions = {}): Promise<void> {
    return this.#change(COMMAND.LOCK_DSFID, [], options);
  }

  /**
   * Gives an ICODE a password: 4 bytes as they go over the air, before the random number is mixed in.
   *
   * @throws Type5Error NO_ANSWER for a wrong one: the tag keeps silent.
   */
  giveIcodePassword(name: IcodePassword, password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      const mixed = await mixedPassword(this.#link, secret, signal);
      await this.#link.custom(ICODE_COMMAND.SET_PASSWORD, Uint8Array.of(ICODE_PASSWORDS[name], ...mixed), signal);
    });
  }

  /** Changes an ICODE's password, which must have been given. */
  writeIcodePassword(name: IcodePassword, password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      await this.#link.custom(ICODE_COMMAND.WRITE_PASSWORD, Uint8Array.of(ICODE_PASSWORDS[name], ...secret), signal);
    });
  }

  /** Has an ICODE answer nothing but its privacy password. */
  enableIcodePrivacy(password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      await this.#link.custom(ICODE_COMMAND.ENABLE_PRIVACY, await mixedPassword(this.#link, secret, signal), signal);
    });
  }

  /** The originality signature of an ICODE SLIX2 or DNA, 32 bytes. */
  readIcodeSignature(options: Type5CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, (signal) => this.#link.custom(ICODE_COMMAND.READ_SIGNATURE, new Uint8Array(0), signal));
  }

  #change(command: number, parameters: readonly number[], options: Type5CallOptions): Promise<void> {
    return this.#run(options, (signal) => this.#link.change(command, parameters, signal));
  }

  #run<Result>(options: Type5CallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(options.signal), options.signal);
  }
}

function requireRange(first: number, count: number): void {
  if (!Number.isInteger(first) || first < 0 || !Number.isInteger(count) || count < 1 || first + count > 0x10000)
    throw new FormatError("INVALID_VALUE", `${count} blocks from ${first} on are no range of blocks`, {
      field: "block",
    });
}

function requireByte(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff)
    throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field });
  return value;
}

function requireBytes(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length)
    throw new FormatError("INVALID_VALUE", `${length} bytes, not ${bytes.length}`, { field: "password" });
  return copyBytes(bytes);
}
