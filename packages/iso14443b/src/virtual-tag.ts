import { FormatError, type NfcBMemoryTarget, type RfFrame, type SiliconReply, type VirtualTag } from "@cardwire/core";
import { TYPE_B_MEMORY_COMMAND } from "./commands.ts";
import { isLocked } from "./locks.ts";
import { TYPE_B_MEMORY_PRODUCTS, type TypeBMemoryProduct, type TypeBMemoryProductName } from "./products.ts";

/** All that such a card is. */
export interface TypeBMemoryImage {
  readonly product: TypeBMemoryProductName;
  /** 8 bytes, least significant first: `D0` last. */
  readonly uid: Uint8Array;
  /** Every block from 0 on, each least significant byte first. */
  readonly memory: Uint8Array;
  /**
   * Block 255, as long as a block: the lock register in its last byte, a 0 bit locks. All ones when absent; a SR176 has
   * none, but its register in the last block of its memory.
   */
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
const SR176_UID_BLOCKS = 4;

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
    const { systemBlock: block } = this.#product;
    this.#system =
      block < blocks
        ? this.#memory.subarray(block * blockBytes, (block + 1) * blockBytes)
        : expectLength("systemBlock", image.systemBlock ?? new Uint8Array(blockBytes).fill(0xff), blockBytes);
  }

  toImage(): TypeBMemoryImage {
    const image = { ...this.#image, memory: this.#memory.slice() };
    return this.#product.hasCounters ? { ...image, systemBlock: this.#system.slice() } : image;
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
    // a SR176 has its chip identifier in the low nibble of its system block
    this.#chipId = this.#product.hasCounters ? (this.#chipId + 1) & 0xff : (this.#system[0] ?? 0) & 0x0f;
  }

  #block(block: number): Uint8Array | undefined {
    const { blocks, blockBytes, systemBlock } = this.#product;
    if (block === systemBlock) return this.#system;
    return block < blocks ? this.#memory.subarray(block * blockBytes, (block + 1) * blockBytes) : undefined;
  }

  #write(block: number, data: Uint8Array): void {
    const memory = this.#block(block);
    const { hasCounters, systemBlock, blockBytes } = this.#product;
    if (memory === undefined) return;
    if (!hasCounters && block === systemBlock) {
      // PROTECT_BLOCK: lock bits are only set, and the chip identifier beside them stays
      memory[1] = (memory[1] ?? 0) | (data[1] ?? 0);
      return;
    }
    if (isLocked(this.#product, this.#system, block)) return;
    // a SR176's UID, in its first four blocks, is written in production
    if (!hasCounters && block < SR176_UID_BLOCKS) return;
    if (block === systemBlock || (hasCounters && block <= LAST_OTP_BLOCK)) {
      data.forEach((byte, index) => (memory[index] = (memory[index] ?? 0) & byte));
      return;
    }
    if (hasCounters && COUNTERS.includes(block)) {
      const before = littleEndian(memory);
      const after = littleEndian(data);
      if (after >= before) return;
      if (block === RELOAD_COUNTER && after >>> RELOAD_SHIFT !== before >>> RELOAD_SHIFT)
        this.#memory.fill(0xff, 0, (LAST_OTP_BLOCK + 1) * blockBytes);
    }
    memory.set(data);
  }
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function reply(data: Uint8Array): SiliconReply {
  return { kind: "frame", data, lastBits: 8 };
}
