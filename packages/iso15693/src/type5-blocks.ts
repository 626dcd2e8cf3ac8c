import { concatBytes } from "@cardwire/core";
import { blockRequest } from "./block-request.ts";
import { ISO15693_COMMAND as COMMAND, ISO15693_ERROR, REQUEST_FLAG } from "./commands.ts";
import type { BlockWrite } from "./ndef.ts";
import { wantsProtocolExtension } from "./products.ts";
import { Type5Error } from "./type5-error.ts";
import type { Type5Information } from "./type5-information.ts";
import { isRefusal, isUnknownCommand, type Type5Link, WRITE_TIMEOUT_US } from "./type5-link.ts";

const USUAL_BLOCK_BYTES = 4;

/** The blocks of a tag: read in runs, written and locked one by one. */
export class Type5Blocks {
  readonly #link: Type5Link;
  readonly #information: Type5Information;
  readonly #maxReplyBytes: number;
  /** False once the tag has refused READ MULTIPLE BLOCKS. */
  #readsMultiple = true;

  constructor(link: Type5Link, information: Type5Information, maxReplyBytes: number) {
    this.#link = link;
    this.#information = information;
    this.#maxReplyBytes = maxReplyBytes;
  }

  /** As the tag has said, or as most tags have them. */
  get blockBytes(): number {
    return this.#information.known?.blockBytes ?? USUAL_BLOCK_BYTES;
  }

  /** True where several blocks come in one answer. */
  get readsMultiple(): boolean {
    return this.#link.access.hasFrames && this.#readsMultiple;
  }

  async read(first: number, count: number, blockBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.#eachRun(first, count, blockBytes, signal, async (at, run) => {
      parts.push(await this.#readRun(at, run, signal));
    });
    return concatBytes(...parts);
  }

  /** Each block of a range; `undefined` for one that the tag does not give. */
  async readOrNothing(
    first: number,
    count: number,
    blockBytes: number,
    signal?: AbortSignal,
  ): Promise<(Uint8Array | undefined)[]> {
    const blocks: (Uint8Array | undefined)[] = [];
    await this.#eachRun(first, count, blockBytes, signal, async (at, run) => {
      blocks.push(...(await this.#readRunOrNothing(at, run, blockBytes, signal)));
    });
    return blocks;
  }

  async readOne(block: number, signal?: AbortSignal): Promise<Uint8Array> {
    const uid = await this.#link.readUid(signal);
    if (this.#link.access.hasFrames)
      return this.#link.request(blockRequest(uid, COMMAND.READ_SINGLE_BLOCK, block), signal);
    return this.#link.pseudoApdu(Uint8Array.of(0xff, 0xb0, ...this.#address(block), this.blockBytes), signal);
  }

  /** @throws Type5Error WRITE_INTERRUPTED telling which blocks were written and which were not. */
  async write(writes: readonly BlockWrite[], signal?: AbortSignal): Promise<void> {
    const numbers = writes.map(({ block }) => block);
    for (const [index, { block, data }] of writes.entries())
      try {
        signal?.throwIfAborted();
        await this.#writeOne(block, data, signal);
      } catch (error) {
        if (writes.length === 1) throw error;
        throw new Type5Error("WRITE_INTERRUPTED", `writing stopped at block ${block}`, {
          cause: error,
          written: numbers.slice(0, index),
          notWritten: numbers.slice(index),
        });
      }
  }

  async lock(block: number, signal?: AbortSignal): Promise<void> {
    const request = blockRequest(await this.#link.readUid(signal), COMMAND.LOCK_BLOCK, block);
    await this.#link.request(request, signal, WRITE_TIMEOUT_US);
  }

  /** Locks a block that may be locked already. */
  async lockUnlocked(block: number, signal?: AbortSignal): Promise<void> {
    try {
      await this.lock(block, signal);
    } catch (error) {
      const isLocked = error instanceof Type5Error && error.errorCode === ISO15693_ERROR.ALREADY_LOCKED;
      if (!isLocked) throw error;
    }
  }

  /** True for each locked block of a range. */
  async readLocks(first: number, count: number, signal?: AbortSignal): Promise<readonly boolean[]> {
    const uid = await this.#link.readUid(signal);
    const extension = wantsProtocolExtension(uid);
    const wide = extension || first > 0xff;
    const rest = wide ? Uint8Array.of((count - 1) & 0xff, (count - 1) >> 8) : Uint8Array.of(count - 1);
    const command =
      wide && !extension
        ? COMMAND.EXTENDED_GET_MULTIPLE_BLOCK_SECURITY_STATUS
        : COMMAND.GET_MULTIPLE_BLOCK_SECURITY_STATUS;
    const number = wide ? Uint8Array.of(first & 0xff, first >> 8) : Uint8Array.of(first);
    const flags = REQUEST_FLAG.HIGH_DATA_RATE | (extension ? REQUEST_FLAG.PROTOCOL_EXTENSION : 0);
    const answer = await this.#link.request(concatBytes(Uint8Array.of(flags, command), number, rest), signal);
    if (answer.length !== count) throw new Type5Error("NO_ANSWER", `${answer.length} locks came for ${count} blocks`);
    return Array.from(answer, (lock) => (lock & 1) === 1);
  }

  async #writeOne(block: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const uid = await this.#link.readUid(signal);
    if (this.#link.access.hasFrames)
      await this.#link.request(blockRequest(uid, COMMAND.WRITE_SINGLE_BLOCK, block, data), signal, WRITE_TIMEOUT_US);
    else await this.#link.pseudoApdu(Uint8Array.of(0xff, 0xd6, ...this.#address(block), data.length, ...data), signal);
  }

  #address(block: number): readonly [p1: number, p2: number] {
    return this.#link.access.dialect.iso15693Address === "lsb-first"
      ? [block & 0xff, block >> 8]
      : [block >> 8, block & 0xff];
  }

  /** Cuts a range into runs of blocks that one answer carries, inside one transparent session. */
  async #eachRun(
    first: number,
    count: number,
    blockBytes: number,
    signal: AbortSignal | undefined,
    read: (at: number, run: number) => Promise<void>,
  ): Promise<void> {
    const { access } = this.#link;
    const longest = Math.min(256, Math.floor((this.#maxReplyBytes - 1) / blockBytes));
    const work = async (): Promise<void> => {
      for (let at = first; at < first + count; at += longest) {
        signal?.throwIfAborted();
        await read(at, Math.min(longest, first + count - at));
      }
    };
    await (access.hasFrames ? access.together(work, signal) : work());
  }

  async #readRun(first: number, count: number, signal?: AbortSignal): Promise<Uint8Array> {
    const uid = await this.#link.readUid(signal);
    if (count > 1 && this.readsMultiple)
      try {
        const rest = first > 0xff && !wantsProtocolExtension(uid) ? [count - 1, 0] : [count - 1];
        return await this.#link.request(
          blockRequest(uid, COMMAND.READ_MULTIPLE_BLOCKS, first, Uint8Array.from(rest)),
          signal,
        );
      } catch (error) {
        if (!isUnknownCommand(error)) throw error;
        this.#readsMultiple = false;
      }
    const parts: Uint8Array[] = [];
    for (let block = first; block < first + count; block++) parts.push(await this.readOne(block, signal));
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
}
