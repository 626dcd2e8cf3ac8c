import { FormatError, type NfcBMemoryTarget, type RfFrame, type SiliconReply, type VirtualTag } from "@cardwire/core";
import { SYSTEM_BLOCK, TYPE_B_MEMORY_COMMAND } from "./commands.ts";
import { TYPE_B_MEMORY_PRODUCTS, type TypeBMemoryProduct, type TypeBMemoryProductName } from "./products.ts";

/** All that such a card is. */
export interface TypeBMemoryImage {
  readonly product: TypeBMemoryProductName;
  /** 8 bytes, least significant first: `D0` last. */
  readonly uid: Uint8Array;
  /** Every block from 0 on, each least significant byte first. */
  readonly memory: Uint8Array;
  /** Block 255, as long as a block: the lock register in its last byte, a 0 bit locks. All ones when absent. */
  readonly systemBlock?: Uint8Array;
}

/** Type B memory silicon. */
export interface TypeBMemoryTag extends VirtualTag {
  /** What the card is now, writes and locks included. */
  toImage(): TypeBMemoryImage;
}

/** Bits that block 6 loses when it is reloaded, which erases blocks 0–4 to ones (SRIX4K data sheet, section 4.2). */
const RELOAD_SHIFT = 21;
const LAST_OTP_BLOCK = 4;
const COUNTERS: readonly number[] = [5, 6];
const RELOAD_COUNTER = 6;

/**
 * A card of ST's SR and ST25TB families. What it refuses it does not answer, and a write it never answers.
 *
 * @throws FormatError when UID, memory or system block have a length that the product does not have.
 */
export function createTypeBMemoryTag(image: TypeBMemoryImage): TypeBMemoryTag {
  return new TypeBMemorySilicon(image);
}

class TypeBMemorySilicon implements TypeBMemoryTag {
  readonly name: string;
  readonly #image: TypeBMemoryImage;
  readonly #product: TypeBMemoryProduct;
  readonly #memory: Uint8Array;
  readonly #system: Uint8Array;
  #state: "off" | "ready" | "inventory" | "selected" | "deactivated" = "off";
  /** Changes with every INITIATE, as the card draws it by chance. */
  #chipId = 0;

  constructor(image: TypeBMemoryImage) {
    this.#product = TYPE_B_MEMORY_PRODUCTS[image.product];
    const { name, blocks, blockBytes } = this.#product;
    const expectLength = (field: string, bytes: Uint8Array, length: number): Uint8Array => {
      if (bytes.length !== length)
        throw new FormatError("INVALID_VALUE", `${name} has ${length} bytes, not ${bytes.length}`, { field });
      return bytes.slice();
    };
    expectLength("uid", image.uid, 8);
    this.name = name;
    this.#image = image;
    this.#memory = expectLength("memory", image.memory, blocks * blockBytes);
    this.#system = expectLength("systemBlock", image.systemBlock ?? new Uint8Array(blockBytes).fill(0xff), blockBytes);
  }

  toImage(): TypeBMemoryImage {
    return { ...this.#image, memory: this.#memory.slice(), systemBlock: this.#system.slice() };
  }

  setPowered(powered: boolean): void {
    this.#state = powered ? "ready" : "off";
  }

  select(): readonly [NfcBMemoryTarget] | undefined {
    if (this.#state === "off" || this.#state === "deactivated") return undefined;
    this.#drawChipId();
    this.#state = "selected";
    return [{ technology: "nfc-b-memory", uid: this.#image.uid.slice(), chipId: this.#chipId }];
  }

  receive({ data, lastBits }: RfFrame): SiliconReply {
    if (this.#state === "off" || this.#state === "deactivated" || (lastBits ?? 8) !== 8) return undefined;
    const [command, parameter] = data;
    if (command === TYPE_B_MEMORY_COMMAND.INITIATE && data.length === 2 && this.#state !== "selected") {
      this.#drawChipId();
      this.#state = "inventory";
      return reply(Uint8Array.of(this.#chipId));
    }
    if (command === TYPE_B_MEMORY_COMMAND.SELECT && data.length === 2 && this.#state !== "ready") {
      this.#state = parameter === this.#chipId ? "selected" : "inventory";
      return this.#state === "selected" ? reply(Uint8Array.of(this.#chipId)) : undefined;
    }
    if (this.#state !== "selected") return undefined;
    switch (command) {
      case TYPE_B_MEMORY_COMMAND.GET_UID:
        return data.length === 1 && this.#product.blockBytes === 4 ? reply(this.#image.uid.slice()) : undefined;
      case TYPE_B_MEMORY_COMMAND.READ_BLOCK: {
        const block = data.length === 2 && parameter !== undefined ? this.#block(parameter) : undefined;
        return block && reply(block.slice());
      }
      case TYPE_B_MEMORY_COMMAND.WRITE_BLOCK:
        if (parameter !== undefined && data.length === 2 + this.#product.blockBytes)
          this.#write(parameter, data.subarray(2));
        return undefined;
      case TYPE_B_MEMORY_COMMAND.RESET_TO_INVENTORY:
        this.#state = "inventory";
        return undefined;
      case TYPE_B_MEMORY_COMMAND.COMPLETION:
        this.#state = "deactivated";
        return undefined;
      default:
        return undefined;
    }
  }

  #drawChipId(): void {
    this.#chipId = (this.#chipId + 1) & 0xff;
  }

  #block(block: number): Uint8Array | undefined {
    const { blocks, blockBytes } = this.#product;
    if (block === SYSTEM_BLOCK) return this.#system;
    return block < blocks ? this.#memory.subarray(block * blockBytes, (block + 1) * blockBytes) : undefined;
  }

  #write(block: number, data: Uint8Array): void {
    const memory = this.#block(block);
    if (memory === undefined || this.#isLocked(block)) return;
    const clearOnly = block === SYSTEM_BLOCK || (this.#product.hasCounters && block <= LAST_OTP_BLOCK);
    if (clearOnly) {
      data.forEach((byte, index) => (memory[index] = (memory[index] ?? 0) & byte));
      return;
    }
    if (this.#product.hasCounters && COUNTERS.includes(block)) {
      const before = littleEndian(memory);
      const after = littleEndian(data);
      if (after >= before) return;
      if (block === RELOAD_COUNTER && after >>> RELOAD_SHIFT !== before >>> RELOAD_SHIFT)
        this.#memory.fill(0xff, 0, (LAST_OTP_BLOCK + 1) * this.#product.blockBytes);
    }
    memory.set(data);
  }

  /** The last byte of block 255 locks block 7 with 8 by its lowest bit, then 9 to 15 by one each; a SR176 locks pairs. */
  #isLocked(block: number): boolean {
    const { blockBytes, hasCounters } = this.#product;
    const register = this.#system[blockBytes - 1] ?? 0xff;
    const bit = hasCounters
      ? block === 7 || block === 8
        ? 0
        : block >= 9 && block <= 15
          ? block - 8
          : -1
      : block >> 1;
    // a SR176's UID, in its first four blocks, is written in production
    if (!hasCounters && block < 4) return true;
    return bit >= 0 && bit < 8 && ((register >> bit) & 1) === 0;
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function reply(data: Uint8Array): SiliconReply {
  return { kind: "frame", data, lastBits: 8 };
}
