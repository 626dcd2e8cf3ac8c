import {
  copyBytes,
  equalBytes,
  FormatError,
  type NfcVTarget,
  type RfFrame,
  type SiliconReply,
  type VirtualTag,
} from "@cardwire/core";
import { ISO15693_COMMAND as COMMAND, ISO15693_ERROR, MANUFACTURER, REQUEST_FLAG } from "./commands.ts";
import { wantsProtocolExtension } from "./products.ts";
import { Icode } from "./virtual-icode.ts";
import type { Iso15693Image } from "./virtual-image.ts";

/** ISO/IEC 15693 silicon. */
export interface Iso15693Tag extends VirtualTag {
  /** What the tag is now, writes, locks and passwords included. */
  toImage(): Iso15693Image;
}

export interface Iso15693TagOptions {
  /** Random numbers of the tag, so that a test can repeat them. */
  readonly random?: (length: number) => Uint8Array;
}

/** First command of the range that belongs to manufacturers. */
const FIRST_CUSTOM_COMMAND = 0xa0;

/**
 * A tag after ISO/IEC 15693-3, with NXP's passwords and EAS where the image has them, and ST's protocol extension where
 * the UID is of a card that has it.
 *
 * @throws FormatError when UID or memory have a length that no tag has.
 */
export function createIso15693Tag(image: Iso15693Image, options: Iso15693TagOptions = {}): Iso15693Tag {
  return new Iso15693Silicon(image, options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length))));
}

/** A request taken apart: what follows the address is `parameters`. */
interface Request {
  readonly flags: number;
  readonly command: number;
  readonly parameters: Uint8Array;
}

const DONE = Uint8Array.of(0);

class Iso15693Silicon implements Iso15693Tag {
  readonly name: string;
  readonly #image: Iso15693Image;
  readonly #memory: Uint8Array;
  readonly #locked: Uint8Array;
  readonly #blocks: number;
  readonly #longAddresses: boolean;
  readonly #icode: Icode | undefined;
  #afi: number;
  #dsfid: number;
  #afiLocked: boolean;
  #dsfidLocked: boolean;
  #state: "off" | "ready" | "quiet" | "selected" = "off";

  constructor(image: Iso15693Image, random: (length: number) => Uint8Array) {
    const { uid, memory, blockBytes } = image;
    if (uid.length !== 8) throw new FormatError("INVALID_VALUE", `8 bytes, not ${uid.length}`, { field: "uid" });
    if (!Number.isInteger(blockBytes) || blockBytes < 1 || blockBytes > 32)
      throw new FormatError("INVALID_VALUE", `1–32, not ${blockBytes}`, { field: "blockBytes" });
    this.#blocks = memory.length / blockBytes;
    if (!Number.isInteger(this.#blocks) || this.#blocks < 1 || this.#blocks > 0x10000)
      throw new FormatError("INVALID_VALUE", `${memory.length} bytes are no whole number of blocks of ${blockBytes}`, {
        field: "memory",
      });
    if (image.lockedBlocks !== undefined && image.lockedBlocks.length !== this.#blocks)
      throw new FormatError("INVALID_VALUE", `a byte for each of ${this.#blocks} blocks`, { field: "lockedBlocks" });
    this.name = image.name ?? (image.icode ? "ICODE" : "ISO 15693");
    this.#image = image;
    this.#memory = copyBytes(memory);
    this.#locked = image.lockedBlocks?.slice() ?? new Uint8Array(this.#blocks);
    this.#longAddresses = wantsProtocolExtension(uid);
    this.#icode = image.icode && new Icode(image.icode, random);
    this.#afi = image.afi;
    this.#dsfid = image.dsfid;
    this.#afiLocked = image.afiLocked ?? false;
    this.#dsfidLocked = image.dsfidLocked ?? false;
  }

  toImage(): Iso15693Image {
    return {
      ...this.#image,
      memory: this.#memory.slice(),
      lockedBlocks: this.#locked.slice(),
      afi: this.#afi,
      dsfid: this.#dsfid,
      afiLocked: this.#afiLocked,
      dsfidLocked: this.#dsfidLocked,
      ...(this.#icode === undefined ? {} : { icode: this.#icode.toFeatures() }),
    };
  }

  setPowered(powered: boolean): void {
    this.#state = powered ? "ready" : "off";
    this.#icode?.reset();
  }

  select(): readonly [NfcVTarget] | undefined {
    if (this.#state === "off" || this.#isMute()) return undefined;
    this.#state = "ready";
    return [{ technology: "nfc-v", uid: this.#image.uid.slice(), dsfid: this.#dsfid }];
  }

  receive({ data, lastBits }: RfFrame): SiliconReply {
    const [flags, command] = data;
    if (this.#state === "off" || (lastBits ?? 8) !== 8 || flags === undefined || command === undefined)
      return undefined;
    if ((flags & REQUEST_FLAG.INVENTORY) !== 0) return this.#inventory(flags, command, data.subarray(2));
    const request = this.#address(flags, command, data.subarray(2));
    if (request === undefined) return undefined;
    const answer =
      command >= FIRST_CUSTOM_COMMAND ? this.#custom(request) : this.#isMute() ? undefined : this.#answer(request);
    if (answer === undefined) return undefined;
    return { kind: "frame", data: typeof answer === "number" ? Uint8Array.of(1, answer) : answer, lastBits: 8 };
  }

  #isMute(): boolean {
    return this.#icode !== undefined && (this.#icode.privacyMode || this.#icode.destroyed);
  }

  #inventory(flags: number, command: number, parameters: Uint8Array): SiliconReply {
    if (command !== COMMAND.INVENTORY || this.#state === "quiet" || this.#isMute()) return undefined;
    let index = 0;
    if ((flags & REQUEST_FLAG.AFI_PRESENT) !== 0) {
      const afi = parameters[index++];
      if (afi !== 0 && afi !== this.#afi) return undefined;
    }
    const maskBits = parameters[index++];
    if (maskBits === undefined || parameters.length - index < Math.ceil(maskBits / 8)) return undefined;
    for (let bit = 0; bit < maskBits; bit++) {
      const mask = ((parameters[index + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
      if (mask !== (((this.#image.uid[bit >> 3] ?? 0) >> (bit & 7)) & 1)) return undefined;
    }
    return { kind: "frame", data: Uint8Array.of(0, this.#dsfid, ...this.#image.uid), lastBits: 8 };
  }

  /** Takes off manufacturer code and UID; `undefined` when the request is not for this tag. */
  #address(flags: number, command: number, rest: Uint8Array): Request | undefined {
    let parameters = rest;
    if (command >= FIRST_CUSTOM_COMMAND) {
      if (parameters[0] !== this.#image.uid[6]) return undefined;
      parameters = parameters.subarray(1);
    }
    if ((flags & REQUEST_FLAG.ADDRESSED) !== 0) {
      const isMine = equalBytes(parameters.subarray(0, 8), this.#image.uid);
      // SELECT for another tag deselects this one (ISO/IEC 15693-3 section 10.4.6)
      if (!isMine && command === COMMAND.SELECT && this.#state === "selected") this.#state = "ready";
      return isMine ? { flags, command, parameters: parameters.subarray(8) } : undefined;
    }
    if ((flags & REQUEST_FLAG.SELECT) !== 0)
      return this.#state === "selected" ? { flags, command, parameters } : undefined;
    return this.#state === "quiet" ? undefined : { flags, command, parameters };
  }

  #custom(request: Request): Uint8Array | number | undefined {
    if (this.#icode === undefined || this.#image.uid[6] !== MANUFACTURER.NXP) return ISO15693_ERROR.NOT_SUPPORTED;
    return this.#icode.answer(request.command, request.parameters, this.#blocks);
  }

  /** The response, an error code, or silence. */
  #answer(request: Request): Uint8Array | number | undefined {
    const { flags, command, parameters } = request;
    const option = (flags & REQUEST_FLAG.OPTION) !== 0;
    const extension = (flags & REQUEST_FLAG.PROTOCOL_EXTENSION) !== 0;
    if (extension && !this.#longAddresses) return ISO15693_ERROR.NOT_SUPPORTED;
    const wide = extension || command >= COMMAND.EXTENDED_READ_SINGLE_BLOCK;
    if (command >= COMMAND.EXTENDED_READ_SINGLE_BLOCK && this.#image.extendedCommands !== true)
      return ISO15693_ERROR.NOT_SUPPORTED;
    const block =
      parameters[0] === undefined ? undefined : wide ? parameters[0] | ((parameters[1] ?? 0) << 8) : parameters[0];
    const afterBlock = parameters.subarray(wide ? 2 : 1);

    switch (command) {
      case COMMAND.STAY_QUIET:
        if ((flags & REQUEST_FLAG.ADDRESSED) !== 0) this.#state = "quiet";
        return undefined;
      case COMMAND.SELECT:
        if ((flags & REQUEST_FLAG.ADDRESSED) === 0) return undefined;
        this.#state = "selected";
        return DONE;
      case COMMAND.RESET_TO_READY:
        this.#state = "ready";
        return DONE;
      case COMMAND.READ_SINGLE_BLOCK:
      case COMMAND.EXTENDED_READ_SINGLE_BLOCK:
        return block === undefined || afterBlock.length !== 0
          ? ISO15693_ERROR.NOT_RECOGNISED
          : this.#read(block, 1, option);
      case COMMAND.READ_MULTIPLE_BLOCKS:
      case COMMAND.EXTENDED_READ_MULTIPLE_BLOCKS:
        return block === undefined || afterBlock.length !== countBytes(command)
          ? ISO15693_ERROR.NOT_RECOGNISED
          : this.#read(block, 1 + littleEndian(afterBlock), option);
      case COMMAND.WRITE_SINGLE_BLOCK:
      case COMMAND.EXTENDED_WRITE_SINGLE_BLOCK:
        return block === undefined || afterBlock.length !== this.#image.blockBytes
          ? ISO15693_ERROR.NOT_RECOGNISED
          : this.#write(block, afterBlock);
      case COMMAND.WRITE_MULTIPLE_BLOCKS: {
        const count = (afterBlock[0] ?? 0) + 1;
        return block === undefined || afterBlock.length !== 1 + count * this.#image.blockBytes
          ? ISO15693_ERROR.NOT_RECOGNISED
          : this.#write(block, afterBlock.subarray(1));
      }
      case COMMAND.LOCK_BLOCK:
      case COMMAND.EXTENDED_LOCK_BLOCK:
        if (block === undefined) return ISO15693_ERROR.NOT_RECOGNISED;
        if (block >= this.#blocks) return ISO15693_ERROR.BLOCK_NOT_AVAILABLE;
        if (this.#locked[block] === 1) return ISO15693_ERROR.ALREADY_LOCKED;
        this.#locked[block] = 1;
        return DONE;
      case COMMAND.WRITE_AFI:
        if (this.#afiLocked) return ISO15693_ERROR.BLOCK_LOCKED;
        if (parameters.length !== 1) return ISO15693_ERROR.NOT_RECOGNISED;
        this.#afi = parameters[0] ?? 0;
        return DONE;
      case COMMAND.LOCK_AFI:
        if (this.#afiLocked) return ISO15693_ERROR.ALREADY_LOCKED;
        this.#afiLocked = true;
        return DONE;
      case COMMAND.WRITE_DSFID:
        if (this.#dsfidLocked) return ISO15693_ERROR.BLOCK_LOCKED;
        if (parameters.length !== 1) return ISO15693_ERROR.NOT_RECOGNISED;
        this.#dsfid = parameters[0] ?? 0;
        return DONE;
      case COMMAND.LOCK_DSFID:
        if (this.#dsfidLocked) return ISO15693_ERROR.ALREADY_LOCKED;
        this.#dsfidLocked = true;
        return DONE;
      case COMMAND.GET_SYSTEM_INFORMATION:
        return this.#systemInformation(extension);
      case COMMAND.EXTENDED_GET_SYSTEM_INFORMATION:
        return this.#systemInformation(true);
      case COMMAND.GET_MULTIPLE_BLOCK_SECURITY_STATUS:
      case COMMAND.EXTENDED_GET_MULTIPLE_BLOCK_SECURITY_STATUS: {
        if (block === undefined || afterBlock.length === 0) return ISO15693_ERROR.NOT_RECOGNISED;
        const end = block + 1 + littleEndian(afterBlock);
        if (end > this.#blocks) return ISO15693_ERROR.BLOCK_NOT_AVAILABLE;
        return Uint8Array.of(0, ...this.#locked.subarray(block, end));
      }
      default:
        return ISO15693_ERROR.NOT_SUPPORTED;
    }
  }

  #read(first: number, count: number, withStatus: boolean): Uint8Array | number {
    const { blockBytes } = this.#image;
    if (first + count > this.#blocks) return ISO15693_ERROR.BLOCK_NOT_AVAILABLE;
    if (this.#icode !== undefined && !this.#icode.mayRead(first, count)) return ISO15693_ERROR.UNKNOWN;
    const stride = blockBytes + (withStatus ? 1 : 0);
    const answer = new Uint8Array(1 + count * stride);
    for (let index = 0; index < count; index++) {
      const at = 1 + index * stride;
      const block = first + index;
      if (withStatus) answer[at] = this.#locked[block] ?? 0;
      answer.set(this.#memory.subarray(block * blockBytes, (block + 1) * blockBytes), at + stride - blockBytes);
    }
    return answer;
  }

  #write(first: number, data: Uint8Array): Uint8Array | number {
    const count = data.length / this.#image.blockBytes;
    if (first + count > this.#blocks) return ISO15693_ERROR.BLOCK_NOT_AVAILABLE;
    for (let block = first; block < first + count; block++)
      if (this.#locked[block] === 1) return ISO15693_ERROR.BLOCK_LOCKED;
    if (this.#icode !== undefined && !this.#icode.mayWrite(first, count)) return ISO15693_ERROR.BLOCK_LOCKED;
    this.#memory.set(data, first * this.#image.blockBytes);
    return DONE;
  }

  /** Info flags, UID, then DSFID, AFI, memory size and IC reference (ISO/IEC 15693-3 section 10.4.12). */
  #systemInformation(wide: boolean): Uint8Array {
    const { uid, blockBytes, icReference } = this.#image;
    const head = [...uid, this.#dsfid, this.#afi];
    if (wide)
      return Uint8Array.of(
        0,
        0x0f,
        ...head,
        (this.#blocks - 1) & 0xff,
        (this.#blocks - 1) >> 8,
        blockBytes - 1,
        icReference,
      );
    // a memory that one byte cannot count is left out
    return this.#blocks > 256
      ? Uint8Array.of(0, 0x0b, ...head, icReference)
      : Uint8Array.of(0, 0x0f, ...head, this.#blocks - 1, blockBytes - 1, icReference);
  }
}

function countBytes(command: number): 1 | 2 {
  return command === COMMAND.EXTENDED_READ_MULTIPLE_BLOCKS ? 2 : 1;
}

function littleEndian(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
}
