import { concatBytes, copyBytes, FormatError, isFormatError, SerialQueue, toHex, UsageError } from "@cardwire/core";
import { createNdefTag, type NdefTag } from "@cardwire/ndef";
import {
  createTagAccess,
  type TagAccess,
  type TagAccessOptions,
  type TagConnection,
} from "@cardwire/storage-card/tag-access";
import { blockRequest } from "./block-request.ts";
import { ICODE_COMMAND, ISO15693_COMMAND as COMMAND, ISO15693_ERROR, MANUFACTURER, REQUEST_FLAG } from "./commands.ts";
import { ICODE_PASSWORDS, type IcodePassword } from "./icode-passwords.ts";
import { type BlockWrite, type5NdefDriver } from "./ndef.ts";
import { wantsProtocolExtension } from "./products.ts";
import { parseSystemInformation, type SystemInformation } from "./system-information.ts";
import { Type5Error } from "./type5-error.ts";

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
const USUAL_BLOCK_BYTES = 4;
const OK = 0x9000;
/** What a write may take inside the tag, in microseconds (ISO/IEC 15693-3 section 9.3), with the reader's own share. */
const WRITE_TIMEOUT_US = 50_000;

/**
 * An ISO/IEC 15693 tag, on any reader: by frames where the reader carries them, else block by block with READ and UPDATE
 * BINARY. Nothing is sent before something is asked for; calls are queued.
 *
 * Errors: {@link Type5Error} from the tag, `TagAccessError` where the reader cannot send what a call needs,
 * `SmartCardError` from the connection.
 */
export class Type5Tag {
  readonly #access: TagAccess;
  readonly #queue = new SerialQueue();
  readonly #maxReplyBytes: number;
  #uid: Uint8Array | undefined;
  #information: SystemInformation | undefined;
  /** False once the tag has refused READ MULTIPLE BLOCKS. */
  #readsMultiple = true;
  /** False once the tag has not said what it is. */
  #informs = true;
  /** The tag's NDEF. Formatting it, and making it read-only, needs a reader that carries frames. */
  readonly ndef: NdefTag;

  constructor(connection: TagConnection, options: Type5TagOptions = {}) {
    const { maxReplyBytes = DEFAULT_REPLY_BYTES } = options;
    if (!Number.isInteger(maxReplyBytes) || maxReplyBytes < 33)
      throw new UsageError(`maxReplyBytes is 33 or more, not ${maxReplyBytes}`);
    this.#access = createTagAccess(connection, options);
    this.#maxReplyBytes = maxReplyBytes;
    this.ndef = createNdefTag(
      type5NdefDriver({
        run: (work, signal) => this.#run(signal === undefined ? {} : { signal }, work),
        hasFrames: this.#access.hasFrames,
        readsMultiple: () => this.#access.hasFrames && this.#readsMultiple,
        information: (signal) => this.#informationOrNothing(signal),
        readBlock: (block, signal) => this.#readBlock(block, signal),
        readBlocks: (first, count, blockBytes, signal) => this.#readRuns(first, count, blockBytes, signal),
        write: (writes, signal) => this.#writeBlocks(writes, signal),
        lock: (block, signal) => this.#lockUnlocked(block, signal),
      }),
    );
  }

  /** The UID, 8 bytes, least significant first as on the air, by GET DATA. Asked once. */
  readUid(options: Type5CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, async (signal) => (await this.#readUid(signal)).slice());
  }

  /** What the tag says of itself. Asked once. Needs a reader that carries frames. */
  systemInformation(options: Type5CallOptions = {}): Promise<SystemInformation> {
    return this.#run(options, (signal) => this.#systemInformation(signal));
  }

  /** Reads `count` blocks from `first` on, in as few exchanges as reader and tag allow. */
  readBlocks(first: number, count: number, options: Type5CallOptions = {}): Promise<Uint8Array> {
    requireRange(first, count);
    return this.#run(options, (signal) =>
      this.#readRuns(first, count, this.#information?.blockBytes ?? USUAL_BLOCK_BYTES, signal),
    );
  }

  /** Reads everything. A block that the tag does not give is `undefined`. */
  readAll(options: Type5CallOptions = {}): Promise<Type5Memory> {
    return this.#run(options, async (signal) => {
      const information = await this.#systemInformation(signal);
      const { blocks: count, blockBytes } = information;
      if (count === undefined || blockBytes === undefined)
        throw new Type5Error("NOT_SUPPORTED", "the tag does not say how large its memory is");
      const blocks: (Uint8Array | undefined)[] = [];
      await this.#eachRun(0, count, blockBytes, signal, async (at, run) => {
        blocks.push(...(await this.#readRunOrNothing(at, run, blockBytes, signal)));
      });
      return { information, blockBytes, blocks };
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
      const blockBytes = this.#information?.blockBytes ?? USUAL_BLOCK_BYTES;
      if (bytes.length === 0 || bytes.length % blockBytes !== 0)
        throw new UsageError(`${bytes.length} bytes are no whole number of blocks of ${blockBytes}`);
      const numbers = Array.from({ length: bytes.length / blockBytes }, (_, index) => first + index);
      requireRange(first, numbers.length);
      const dataOf = (index: number): Uint8Array => bytes.subarray(index * blockBytes, (index + 1) * blockBytes);
      await this.#writeBlocks(
        numbers.map((block, index) => ({ block, data: dataOf(index) })),
        signal,
      );
    });
  }

  /** Locks a block for ever. */
  lockBlock(block: number, options: Type5CallOptions = {}): Promise<void> {
    requireRange(block, 1);
    return this.#run(options, (signal) => this.#lock(block, signal));
  }

  /** True for each locked block of a range. */
  readLocks(first: number, count: number, options: Type5CallOptions = {}): Promise<readonly boolean[]> {
    requireRange(first, count);
    return this.#run(options, async (signal) => {
      const uid = await this.#readUid(signal);
      const wide = wantsProtocolExtension(uid) || first > 0xff;
      const rest = wide ? Uint8Array.of((count - 1) & 0xff, (count - 1) >> 8) : Uint8Array.of(count - 1);
      const command =
        wide && !wantsProtocolExtension(uid)
          ? COMMAND.EXTENDED_GET_MULTIPLE_BLOCK_SECURITY_STATUS
          : COMMAND.GET_MULTIPLE_BLOCK_SECURITY_STATUS;
      const number = wide ? Uint8Array.of(first & 0xff, first >> 8) : Uint8Array.of(first);
      const flags = REQUEST_FLAG.HIGH_DATA_RATE | (wantsProtocolExtension(uid) ? REQUEST_FLAG.PROTOCOL_EXTENSION : 0);
      const answer = await this.#request(concatBytes(Uint8Array.of(flags, command), number, rest), signal);
      if (answer.length !== count) throw new Type5Error("NO_ANSWER", `${answer.length} locks came for ${count} blocks`);
      return Array.from(answer, (lock) => (lock & 1) === 1);
    });
  }

  /** Sets the application family identifier. */
  writeAfi(afi: number, options: Type5CallOptions = {}): Promise<void> {
    return this.#simple(COMMAND.WRITE_AFI, [requireByte(afi, "afi")], options);
  }

  /** Locks the application family identifier for ever. */
  lockAfi(options: Type5CallOptions = {}): Promise<void> {
    return this.#simple(COMMAND.LOCK_AFI, [], options);
  }

  /** Sets the data storage format identifier. */
  writeDsfid(dsfid: number, options: Type5CallOptions = {}): Promise<void> {
    return this.#simple(COMMAND.WRITE_DSFID, [requireByte(dsfid, "dsfid")], options);
  }

  /** Locks the data storage format identifier for ever. */
  lockDsfid(options: Type5CallOptions = {}): Promise<void> {
    return this.#simple(COMMAND.LOCK_DSFID, [], options);
  }

  /**
   * Gives an ICODE a password: 4 bytes as they go over the air, before the random number is mixed in.
   *
   * @throws Type5Error NO_ANSWER for a wrong one: the tag keeps silent.
   */
  giveIcodePassword(name: IcodePassword, password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      await this.#custom(ICODE_COMMAND.SET_PASSWORD, await this.#mixed(secret, signal, ICODE_PASSWORDS[name]), signal);
    });
  }

  /** Changes an ICODE's password, which must have been given. */
  writeIcodePassword(name: IcodePassword, password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      await this.#custom(ICODE_COMMAND.WRITE_PASSWORD, Uint8Array.of(ICODE_PASSWORDS[name], ...secret), signal);
    });
  }

  /** Has an ICODE answer nothing but its privacy password. */
  enableIcodePrivacy(password: Uint8Array, options: Type5CallOptions = {}): Promise<void> {
    const secret = requireBytes(password, 4);
    return this.#run(options, async (signal) => {
      await this.#custom(ICODE_COMMAND.ENABLE_PRIVACY, await this.#mixed(secret, signal), signal);
    });
  }

  /** The originality signature of an ICODE SLIX2 or DNA, 32 bytes. */
  readIcodeSignature(options: Type5CallOptions = {}): Promise<Uint8Array> {
    return this.#run(options, (signal) => this.#custom(ICODE_COMMAND.READ_SIGNATURE, new Uint8Array(0), signal));
  }

  async #readUid(signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#uid !== undefined) return this.#uid;
    const { data, sw } = await this.#access.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0), signal);
    if (sw !== OK || data.length !== 8) throw new Type5Error("NO_ANSWER", "GET DATA gave no UID", { errorCode: sw });
    // some readers give it most significant first
    this.#uid = data[7] === 0xe0 ? data.slice() : data.slice().reverse();
    return this.#uid;
  }

  async #systemInformation(signal?: AbortSignal): Promise<SystemInformation> {
    if (this.#information !== undefined) return this.#information;
    const uid = await this.#readUid(signal);
    const extension = wantsProtocolExtension(uid);
    const flags = REQUEST_FLAG.HIGH_DATA_RATE | (extension ? REQUEST_FLAG.PROTOCOL_EXTENSION : 0);
    const answer = await this.#exchange(Uint8Array.of(flags, COMMAND.GET_SYSTEM_INFORMATION), signal);
    let information = parseSystemInformation(answer, extension);
    if (information.blocks === undefined && !extension) {
      // a memory that one byte cannot count is told by the extended command only
      const request = Uint8Array.of(flags, COMMAND.EXTENDED_GET_SYSTEM_INFORMATION);
      information = await this.#exchange(request, signal).then(
        (wide) => parseSystemInformation(wide, true),
        (error: unknown) => {
          if (isRefusal(error)) return information;
          throw error;
        },
      );
    }
    this.#information = information;
    return information;
  }

  /** For NDEF, where it is only good to know: some tags do not have the command. */
  async #informationOrNothing(signal?: AbortSignal): Promise<SystemInformation | undefined> {
    if (!this.#informs || !this.#access.hasFrames) return undefined;
    try {
      return await this.#systemInformation(signal);
    } catch (error) {
      if (!isRefusal(error) && !isFormatError(error)) throw error;
      this.#informs = false;
      return undefined;
    }
  }

  async #readRuns(first: number, count: number, blockBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.#eachRun(first, count, blockBytes, signal, async (at, run) => {
      parts.push(await this.#readRun(at, run, signal));
    });
    return concatBytes(...parts);
  }

  async #writeBlocks(writes: readonly BlockWrite[], signal?: AbortSignal): Promise<void> {
    const numbers = writes.map(({ block }) => block);
    for (const [index, { block, data }] of writes.entries())
      try {
        signal?.throwIfAborted();
        await this.#writeBlock(block, data, signal);
      } catch (error) {
        if (writes.length === 1) throw error;
        throw new Type5Error("WRITE_INTERRUPTED", `writing stopped at block ${block}`, {
          cause: error,
          written: numbers.slice(0, index),
          notWritten: numbers.slice(index),
        });
      }
  }

  async #lock(block: number, signal?: AbortSignal): Promise<void> {
    const request = blockRequest(await this.#readUid(signal), COMMAND.LOCK_BLOCK, block);
    await this.#request(request, signal, WRITE_TIMEOUT_US);
  }

  async #lockUnlocked(block: number, signal?: AbortSignal): Promise<void> {
    try {
      await this.#lock(block, signal);
    } catch (error) {
      const isLocked = error instanceof Type5Error && error.errorCode === ISO15693_ERROR.ALREADY_LOCKED;
      if (!isLocked) throw error;
    }
  }

  /** Cuts a range into runs of blocks that one answer carries, inside one transparent session. */
  async #eachRun(
    first: number,
    count: number,
    blockBytes: number,
    signal: AbortSignal | undefined,
    read: (at: number, run: number) => Promise<void>,
  ): Promise<void> {
    const longest = Math.min(256, Math.floor((this.#maxReplyBytes - 1) / blockBytes));
    const work = async (): Promise<void> => {
      for (let at = first; at < first + count; at += longest) {
        signal?.throwIfAborted();
        await read(at, Math.min(longest, first + count - at));
      }
    };
    await (this.#access.hasFrames ? this.#access.together(work, signal) : work());
  }

  async #readRun(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array> {
    const uid = await this.#readUid(signal);
    if (this.#access.hasFrames && count > 1 && this.#readsMultiple)
      try {
        const rest = first > 0xff && !wantsProtocolExtension(uid) ? [count - 1, 0] : [count - 1];
        return await this.#request(
          blockRequest(uid, COMMAND.READ_MULTIPLE_BLOCKS, first, Uint8Array.from(rest)),
          signal,
        );
      } catch (error) {
        if (!isUnknownCommand(error)) throw error;
        this.#readsMultiple = false;
      }
    const parts: Uint8Array[] = [];
    for (let block = first; block < first + count; block++) parts.push(await this.#readBlock(block, signal));
    return concatBytes(...parts);
  }

  async #readRunOrNothing(
    first: number,
    count: number,
    blockBytes: number,
    signal?: AbortSignal,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      const bytes = await this.#readRun(first, count, signal);
      return Array.from({ length: count }, (_, index) => bytes.slice(index * blockBytes, (index + 1) * blockBytes));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (count === 1) return [undefined];
    }
    // one of them is protected: find out which
    const blocks: (Uint8Array | undefined)[] = [];
    for (let block = first; block < first + count; block++)
      blocks.push(...(await this.#readRunOrNothing(block, 1, blockBytes, signal)));
    return blocks;
  }

  async #readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array> {
    const uid = await this.#readUid(signal);
    if (this.#access.hasFrames) return this.#request(blockRequest(uid, COMMAND.READ_SINGLE_BLOCK, block), signal);
    const length = this.#information?.blockBytes ?? USUAL_BLOCK_BYTES;
    return this.#pseudoApdu(Uint8Array.of(0xff, 0xb0, ...this.#address(block), length), signal);
  }

  async #writeBlock(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const uid = await this.#readUid(signal);
    if (this.#access.hasFrames)
      await this.#request(blockRequest(uid, COMMAND.WRITE_SINGLE_BLOCK, block, data), signal, WRITE_TIMEOUT_US);
    else await this.#pseudoApdu(Uint8Array.of(0xff, 0xd6, ...this.#address(block), data.length, ...data), signal);
  }

  #address(block: number): readonly [p1: number, p2: number] {
    return this.#access.dialect.iso15693Address === "lsb-first"
      ? [block & 0xff, block >> 8]
      : [block >> 8, block & 0xff];
  }

  async #pseudoApdu(apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const { data, sw } = await this.#access.transmit(apdu, signal);
    if (sw === OK) return data;
    throw new Type5Error("TAG_ERROR", `the reader answered ${sw.toString(16)}`, { errorCode: sw });
  }

  /** Sends a request and gives what follows the flags of the answer. */
  async #request(request: Uint8Array, signal?: AbortSignal, timeoutUs?: number): Promise<Uint8Array> {
    return (await this.#exchange(request, signal, timeoutUs)).subarray(1);
  }

  async #exchange(request: Uint8Array, signal?: AbortSignal, timeoutUs?: number): Promise<Uint8Array> {
    const reply = await this.#access.exchange(request, {
      ...(timeoutUs === undefined ? {} : { timeoutUs }),
      ...(signal === undefined ? {} : { signal }),
    });
    const what = `command ${(request[1] ?? 0).toString(16)}`;
    if (reply.kind === "failure")
      throw new Type5Error("NO_ANSWER", `no answer to ${what}`, { errorCode: reply.statusWord });
    const [flags, errorCode] = reply.data;
    if (flags === undefined) throw new Type5Error("NO_ANSWER", `an empty answer to ${what}`);
    if ((flags & 1) !== 0)
      throw new Type5Error(
        "TAG_ERROR",
        `${what} refused with error ${toHex(reply.data.subarray(1))}`,
        errorCode === undefined ? {} : { errorCode },
      );
    return reply.data;
  }

  #simple(command: number, parameters: readonly number[], options: Type5CallOptions): Promise<void> {
    return this.#run(options, async (signal) => {
      await this.#request(Uint8Array.of(REQUEST_FLAG.HIGH_DATA_RATE, command, ...parameters), signal, WRITE_TIMEOUT_US);
    });
  }

  #custom(command: number, parameters: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const head = Uint8Array.of(REQUEST_FLAG.HIGH_DATA_RATE, command, MANUFACTURER.NXP);
    return this.#request(concatBytes(head, parameters), signal, WRITE_TIMEOUT_US);
  }

  /** A password with the tag's random number mixed in, its identifier before it where there is one. */
  async #mixed(password: Uint8Array, signal?: AbortSignal, identifier?: number): Promise<Uint8Array> {
    const number = await this.#custom(ICODE_COMMAND.GET_RANDOM_NUMBER, new Uint8Array(0), signal);
    if (number.length !== 2) throw new Type5Error("NO_ANSWER", "the random number has two bytes");
    const mixed = password.map((byte, index) => byte ^ (number[index & 1] ?? 0));
    return identifier === undefined ? mixed : Uint8Array.of(identifier, ...mixed);
  }

  #run<Result>(options: Type5CallOptions, work: (signal?: AbortSignal) => Promise<Result>): Promise<Result> {
    return this.#queue.run(() => work(options.signal), options.signal);
  }
}

/** The tag said no, or nothing: it is there, and does not have or give what was asked for. */
function isRefusal(error: unknown): boolean {
  return error instanceof Type5Error && (error.code === "TAG_ERROR" || error.code === "NO_ANSWER");
}

function isUnknownCommand(error: unknown): boolean {
  return (
    error instanceof Type5Error &&
    error.code === "TAG_ERROR" &&
    (error.errorCode === ISO15693_ERROR.NOT_SUPPORTED || error.errorCode === ISO15693_ERROR.NOT_RECOGNISED)
  );
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
