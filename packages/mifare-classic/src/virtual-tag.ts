import {
  copyBytes,
  equalBytes,
  FormatError,
  type NfcATarget,
  type RfFrame,
  type RfMifareAuthenticate,
  type SiliconReply,
  type VirtualTag,
} from "@cardwire/core";
import {
  type AccessCondition,
  type AccessConditions,
  type AccessKeys,
  DATA_ACCESS,
  mayAccess,
  TRAILER_ACCESS,
  tryParseAccessBits,
} from "./access-bits.ts";
import {
  accessGroupOfBlock,
  BLOCK_BYTES,
  CLASSIC_GEOMETRY,
  isTrailer,
  sectorOfBlock,
  trailerOfSector,
} from "./geometry.ts";
import { buildValueBlock, parseValueBlock, type ValueBlock } from "./value-block.ts";
import { type MifareClassicImage } from "./virtual-image.ts";

/** MIFARE Classic silicon. */
export interface MifareClassicTag extends VirtualTag {
  /** What the card is now, writes included. */
  toImage(): MifareClassicImage;
}

const NAMES: Readonly<Record<MifareClassicImage["size"], string>> = {
  mini: "MIFARE Mini",
  "1k": "MIFARE Classic 1K",
  "2k": "MIFARE Classic 2K",
  "4k": "MIFARE Classic 4K",
};

/**
 * A MIFARE Classic after the MF1S50yyX data sheet: access conditions for every command and both keys, the transfer
 * buffer, and silence after anything that it does not like, until it is selected again. Frames are those under the
 * cipher: CRYPTO1 on the air is the front end's business, which asks for it by {@link VirtualTag.authenticate}.
 *
 * @throws FormatError when the image's memory is not as long as its size says, or the UID has no 4 or 7 bytes.
 */
export function createMifareClassicTag(image: MifareClassicImage): MifareClassicTag {
  return new ClassicSilicon(image);
}

/** Between the two frames of a command. */
type Pending =
  | { readonly kind: "write"; readonly block: number }
  | { readonly kind: "operand"; readonly command: number; readonly source: ValueBlock };

class ClassicSilicon implements MifareClassicTag {
  readonly name: string;
  readonly #image: MifareClassicImage;
  readonly #memory: Uint8Array;
  readonly #target: NfcATarget;
  #powered = false;
  /** Selected and listening: false after HALT, a NAK or a failed authentication. */
  #active = false;
  #session: { readonly sector: number; readonly key: "a" | "b" } | undefined;
  #pending: Pending | undefined;
  #transferBuffer: ValueBlock | undefined;

  constructor(image: MifareClassicImage) {
    const bytes = CLASSIC_GEOMETRY[image.size].blocks * BLOCK_BYTES;
    if (image.memory.length !== bytes)
      throw new FormatError("INVALID_VALUE", `${NAMES[image.size]} has ${bytes} bytes, not ${image.memory.length}`, {
        field: "memory",
      });
    if (image.uid.length !== 4 && image.uid.length !== 7)
      throw new FormatError("INVALID_VALUE", `4 or 7 bytes, not ${image.uid.length}`, { field: "uid" });
    this.name = NAMES[image.size];
    this.#image = image;
    this.#memory = copyBytes(image.memory);
    this.#target = { technology: "nfc-a", uid: image.uid.slice(), atqa: image.atqa.slice(), sak: image.sak };
  }

  toImage(): MifareClassicImage {
    return { ...this.#image, memory: this.#memory.slice() };
  }

  setPowered(powered: boolean): void {
    this.#powered = powered;
    this.#sleep();
  }

  select(): readonly [NfcATarget] | undefined {
    if (!this.#powered) return undefined;
    this.#sleep();
    this.#active = true;
    return [this.#target];
  }

  authenticate({ block, keyType, key, uid }: RfMifareAuthenticate): boolean {
    this.#session = undefined;
    this.#pending = undefined;
    this.#transferBuffer = undefined;
    if (!this.#active) return false;
    const granted =
      block < CLASSIC_GEOMETRY[this.#image.size].blocks &&
      equalBytes(uid, this.#image.uid.subarray(-4)) &&
      equalBytes(key, this.#key(sectorOfBlock(block), keyType));
    if (granted) this.#session = { sector: sectorOfBlock(block), key: keyType };
    else this.#sleep();
    return granted;
  }

  receive(frame: RfFrame): SiliconReply {
    if (!this.#active || (frame.lastBits ?? 8) !== 8) return undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.kind === "write") return this.#finishWrite(pending.block, frame.data);
    if (pending?.kind === "operand") return this.#finishOperand(pending, frame.data);

    const [command, block] = frame.data;
    if (command === 0x50) {
      this.#sleep();
      return undefined;
    }
    if (command === undefined || block === undefined || frame.data.length !== 2) return this.#nak();
    if (this.#session?.sector !== this.#sectorOrNone(block)) return this.#nak();
    switch (command) {
      case 0x30:
        return this.#read(block);
      case 0xa0:
        return this.#beginWrite(block);
      case 0xc0:
      case 0xc1:
      case 0xc2:
        return this.#beginValue(command, block);
      case 0xb0:
        return this.#transfer(block);
      default:
        return this.#nak();
    }
  }

  #sleep(): void {
    this.#active = false;
    this.#session = undefined;
    this.#pending = undefined;
    this.#transferBuffer = undefined;
  }

  #ack(): SiliconReply {
    return { kind: "frame", data: Uint8Array.of(0x0a), lastBits: 4 };
  }

  /** 4 while the transfer buffer holds nothing, 0 while it does (MF1S50yyX data sheet, table 10); then silence. */
  #nak(): SiliconReply {
    const code = this.#transferBuffer === undefined ? 0x04 : 0x00;
    this.#sleep();
    return { kind: "frame", data: Uint8Array.of(code), lastBits: 4 };
  }

  #sectorOrNone(block: number): number | undefined {
    return block < CLASSIC_GEOMETRY[this.#image.size].blocks ? sectorOfBlock(block) : undefined;
  }

  #blockBytes(block: number): Uint8Array {
    return this.#memory.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  }

  #key(sector: number, keyType: "a" | "b"): Uint8Array {
    const trailer = this.#blockBytes(trailerOfSector(sector));
    return keyType === "a" ? trailer.subarray(0, 6) : trailer.subarray(10, 16);
  }

  /** The conditions of a block's sector; `undefined` when its access bits do not agree, and the sector is locked. */
  #conditions(block: number): AccessConditions | undefined {
    return tryParseAccessBits(this.#blockBytes(trailerOfSector(sectorOfBlock(block))).subarray(6, 9));
  }

  #may(keys: AccessKeys | undefined, trailer: AccessCondition): boolean {
    return this.#session !== undefined && keys !== undefined && mayAccess(keys, this.#session.key, trailer);
  }

  #mayData(block: number, operation: "read" | "write" | "increment" | "decrement"): boolean {
    const conditions = this.#conditions(block);
    const group = accessGroupOfBlock(block);
    if (conditions === undefined || group === 3) return false;
    return this.#may(DATA_ACCESS[conditions.data[group]]?.[operation], conditions.trailer);
  }

  #read(block: number): SiliconReply {
    if (!isTrailer(block)) {
      if (!this.#mayData(block, "read")) return this.#nak();
      return { kind: "frame", data: this.#blockBytes(block).slice(), lastBits: 8 };
    }
    const conditions = this.#conditions(block);
    const access = conditions && TRAILER_ACCESS[conditions.trailer];
    if (conditions === undefined || !this.#may(access?.accessBitsRead, conditions.trailer)) return this.#nak();
    const data = this.#blockBytes(block).slice();
    data.fill(0, 0, 6);
    if (!this.#may(access?.keyBRead, conditions.trailer)) data.fill(0, 10, 16);
    return { kind: "frame", data, lastBits: 8 };
  }

  #beginWrite(block: number): SiliconReply {
    const conditions = this.#conditions(block);
    // block 0 holds the manufacturer's data and is locked in production (data sheet section 8.6.1)
    if (conditions === undefined || block === 0) return this.#nak();
    const access = TRAILER_ACCESS[conditions.trailer];
    const allowed = isTrailer(block)
      ? [access?.keyAWrite, access?.accessBitsWrite, access?.keyBWrite].some((keys) =>
          this.#may(keys, conditions.trailer),
        )
      : this.#mayData(block, "write");
    if (!allowed) return this.#nak();
    this.#pending = { kind: "write", block };
    return this.#ack();
  }

  #finishWrite(block: number, data: Uint8Array): SiliconReply {
    const conditions = this.#conditions(block);
    if (data.length !== BLOCK_BYTES || conditions === undefined) return this.#nak();
    const memory = this.#blockBytes(block);
    if (!isTrailer(block)) {
      memory.set(data);
      return this.#ack();
    }
    const access = TRAILER_ACCESS[conditions.trailer];
    if (this.#may(access?.keyAWrite, conditions.trailer)) memory.set(data.subarray(0, 6), 0);
    if (this.#may(access?.accessBitsWrite, conditions.trailer)) memory.set(data.subarray(6, 10), 6);
    if (this.#may(access?.keyBWrite, conditions.trailer)) memory.set(data.subarray(10, 16), 10);
    return this.#ack();
  }

  #beginValue(command: number, block: number): SiliconReply {
    const source = isTrailer(block) ? undefined : parseValueBlock(this.#blockBytes(block));
    if (source === undefined || !this.#mayData(block, command === 0xc1 ? "increment" : "decrement")) return this.#nak();
    this.#pending = { kind: "operand", command, source };
    return this.#ack();
  }

  /** Silence is the card's yes to an operand (MF1S50yyX data sheet, section 12.5). */
  #finishOperand({ command, source }: Pending & { kind: "operand" }, data: Uint8Array): SiliconReply {
    if (data.length !== 4) return this.#nak();
    const operand = new DataView(data.buffer, data.byteOffset, 4).getInt32(0, true);
    const value = command === 0xc1 ? source.value + operand : command === 0xc0 ? source.value - operand : source.value;
    // 32-bit arithmetic wraps on the card
    this.#transferBuffer = { value: value | 0, address: source.address };
    return undefined;
  }

  #transfer(block: number): SiliconReply {
    if (this.#transferBuffer === undefined || isTrailer(block) || block === 0 || !this.#mayData(block, "decrement"))
      return this.#nak();
    this.#blockBytes(block).set(buildValueBlock(this.#transferBuffer));
    return this.#ack();
  }
}
