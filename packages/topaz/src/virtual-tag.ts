import {
  copyBytes,
  equalBytes,
  FormatError,
  type NfcAType1Target,
  type RfFrame,
  type SiliconReply,
  type VirtualTag,
} from "@cardwire/core";
import { TYPE1_COMMAND } from "./commands.ts";
import {
  BLOCK_BYTES,
  DYNAMIC_LOCK_BLOCK,
  LOCK_BLOCK,
  lockBitOf,
  RESERVED_BLOCK,
  SEGMENT_BYTES,
  STATIC_BYTES,
} from "./layout.ts";
import { hasDynamicMemory, type1ProductOf } from "./products.ts";

/** All that a Type 1 tag is. */
export interface TopazImage {
  /** Header ROM, as RID and RALL tell it. */
  readonly hr0: number;
  readonly hr1: number;
  /** Blocks of 8 bytes from block 0 on, the UID in the first seven bytes: 120 bytes, or a multiple of 128. */
  readonly memory: Uint8Array;
}

/** Type 1 silicon. */
export interface TopazTag extends VirtualTag {
  /** What the tag is now, writes and locks included. */
  toImage(): TopazImage;
}

/**
 * A Type 1 tag: what it cannot or must not do it does not answer. It has no state but its memory.
 *
 * @throws FormatError when the memory has a length that no such tag has.
 */
export function createTopazTag(image: TopazImage): TopazTag {
  return new TopazSilicon(image);
}

class TopazSilicon implements TopazTag {
  readonly name: string;
  readonly #image: TopazImage;
  readonly #memory: Uint8Array;
  readonly #uid4: Uint8Array;
  readonly #dynamic: boolean;
  #powered = false;

  constructor(image: TopazImage) {
    this.#dynamic = hasDynamicMemory(image.hr0);
    const { length } = image.memory;
    if (this.#dynamic ? length === 0 || length % SEGMENT_BYTES !== 0 || length > 2048 : length !== STATIC_BYTES)
      throw new FormatError(
        "INVALID_VALUE",
        this.#dynamic
          ? `dynamic memory is a multiple of 128 bytes up to 2048, not ${length}`
          : `static memory has 120 bytes, not ${length}`,
        { field: "memory" },
      );
    this.name = type1ProductOf(image.hr0)?.name ?? `Type 1 tag of ${length} bytes`;
    this.#image = image;
    this.#memory = copyBytes(image.memory);
    this.#uid4 = this.#memory.slice(0, 4);
  }

  toImage(): TopazImage {
    return { ...this.#image, memory: this.#memory.slice() };
  }

  setPowered(powered: boolean): void {
    this.#powered = powered;
  }

  select(): readonly [NfcAType1Target] | undefined {
    if (!this.#powered) return undefined;
    return [{ technology: "nfc-a-type1", hr0: this.#image.hr0, hr1: this.#image.hr1, uid: this.#uid4.slice() }];
  }

  receive(frame: RfFrame): SiliconReply {
    const { data } = frame;
    if (!this.#powered || (frame.lastBits ?? 8) !== 8) return undefined;
    const [command, address] = data;
    if (command === undefined || address === undefined) return undefined;
    if (command === TYPE1_COMMAND.RID)
      return data.length === 7 ? reply([this.#image.hr0, this.#image.hr1], this.#uid4) : undefined;
    if (!equalBytes(data.subarray(-4), this.#uid4)) return undefined;

    if (data.length === 7)
      switch (command) {
        case TYPE1_COMMAND.RALL:
          return reply([this.#image.hr0, this.#image.hr1], this.#memory.subarray(0, STATIC_BYTES));
        case TYPE1_COMMAND.READ:
          return address < STATIC_BYTES ? reply([address], this.#memory.subarray(address, address + 1)) : undefined;
        case TYPE1_COMMAND.WRITE_E:
        case TYPE1_COMMAND.WRITE_NE:
          if (address >= STATIC_BYTES) return undefined;
          return this.#write(address, data.subarray(2, 3), command === TYPE1_COMMAND.WRITE_E, address);
        default:
          return undefined;
      }

    if (data.length !== 14 || !this.#dynamic) return undefined;
    const start = address * BLOCK_BYTES;
    switch (command) {
      case TYPE1_COMMAND.RSEG: {
        const segment = (address >> 4) * SEGMENT_BYTES;
        if (segment >= this.#memory.length) return undefined;
        return reply([address], this.#memory.subarray(segment, segment + SEGMENT_BYTES));
      }
      case TYPE1_COMMAND.READ8:
        if (start >= this.#memory.length) return undefined;
        return reply([address], this.#memory.subarray(start, start + BLOCK_BYTES));
      case TYPE1_COMMAND.WRITE_E8:
      case TYPE1_COMMAND.WRITE_NE8:
        if (start >= this.#memory.length) return undefined;
        return this.#write(start, data.subarray(2, 10), command === TYPE1_COMMAND.WRITE_E8, address);
      default:
        return undefined;
    }
  }

  #write(start: number, data: Uint8Array, erase: boolean, echo: number): SiliconReply {
    const block = start >> 3;
    if (this.#isLocked(block)) return undefined;
    // lock and OTP bytes are never erased, whichever command comes
    const onlySets = !erase || block === LOCK_BLOCK || (this.#dynamic && block === DYNAMIC_LOCK_BLOCK);
    data.forEach((byte, index) => {
      this.#memory[start + index] = onlySets ? (this.#memory[start + index] ?? 0) | byte : byte;
    });
    return reply([echo], this.#memory.subarray(start, start + data.length));
  }

  #isLocked(block: number): boolean {
    // the UID and the reserved block are written in production
    if (block === 0 || block === RESERVED_BLOCK) return true;
    // locks must stay settable: the lock blocks are not under themselves
    if (block === LOCK_BLOCK || (this.#dynamic && block === DYNAMIC_LOCK_BLOCK)) return false;
    const lock = lockBitOf(block);
    return lock !== undefined && (((this.#memory[lock.address] ?? 0) >> lock.bit) & 1) === 1;
  }
}

function reply(head: readonly number[], body: Uint8Array): SiliconReply {
  const data = new Uint8Array(head.length + body.length);
  data.set(head);
  data.set(body, head.length);
  return { kind: "frame", data, lastBits: 8 };
}
