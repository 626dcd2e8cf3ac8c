import { NdefError } from "../wire/errors.ts";
import { lockRange, memoryRange, parseLockControl, parseMemoryControl } from "./control.ts";
import { AreaCursor, type TlvArea } from "./cursor.ts";

/** Tags of TLV blocks (Type 1, 2 and 5 Tag specifications). Any other tag has a length and is stepped over. */
export const TlvTag = {
  /** One byte of padding, without length. */
  null: 0x00,
  lockControl: 0x01,
  memoryControl: 0x02,
  ndef: 0x03,
  proprietary: 0xfd,
  /** The last block, without length. */
  terminator: 0xfe,
} as const;

/** A TLV block as it stands in a tag's memory. */
export interface TlvBlock {
  /** One of {@link TlvTag}, or a value reserved for future use. */
  readonly tag: number;
  /** Where the tag byte stands. */
  readonly address: number;
  /** Where the length stands: no byte for null and terminator blocks, one, or three in its long form. */
  readonly lengthAddresses: readonly number[];
  /** Where each byte of the value stands: not always side by side, reserved bytes may lie between them. */
  readonly valueAddresses: readonly number[];
  readonly value: Uint8Array;
}

/** Memory up to this address has to be read before the walk can go on. */
export interface TlvIncomplete {
  readonly kind: "incomplete";
  /** How many bytes from byte 0 of the tag are needed. */
  readonly neededBytes: number;
}

/** Reads TLV blocks one by one, and heeds the control TLVs that it meets. */
export class TlvReader {
  readonly cursor: AreaCursor;

  constructor(area: TlvArea) {
    this.cursor = new AreaCursor(area);
  }

  /** The next block; `undefined` at the end of the area. @throws NdefError for a block that does not fit into it. */
  next(): TlvBlock | TlvIncomplete | undefined {
    if (this.cursor.atEnd) return undefined;
    const tagAddresses = this.cursor.take(1, "tag");
    const address = tagAddresses[0] ?? 0;
    const tag = this.cursor.read(tagAddresses)?.[0];
    if (tag === undefined) return incomplete(address);
    if (tag === TlvTag.null || tag === TlvTag.terminator)
      return { tag, address, lengthAddresses: [], valueAddresses: [], value: new Uint8Array(0) };

    const lengthAddresses = this.cursor.take(1, "length");
    let length = this.cursor.read(lengthAddresses)?.[0];
    if (length === 0xff) {
      lengthAddresses.push(...this.cursor.take(2, "length"));
      const bytes = this.cursor.read(lengthAddresses);
      length = bytes && ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
    }
    if (length === undefined) return incomplete(lengthAddresses.at(-1) ?? 0);
    if (length === 0xffff)
      throw new NdefError("INVALID_VALUE", "FFFF is reserved", { field: "length", offset: lengthAddresses[0] ?? 0 });

    const valueAddresses = this.cursor.take(length, "value");
    const value = this.cursor.read(valueAddresses);
    if (value === undefined) return incomplete(valueAddresses.at(-1) ?? 0);
    if (tag === TlvTag.lockControl) this.cursor.reserved.push(lockRange(parseLockControl(value)));
    if (tag === TlvTag.memoryControl) this.cursor.reserved.push(memoryRange(parseMemoryControl(value)));
    return { tag, address, lengthAddresses, valueAddresses, value };
  }
}

function incomplete(address: number): TlvIncomplete {
  return { kind: "incomplete", neededBytes: address + 1 };
}

/** All TLV blocks of an area. */
export interface TlvList {
  readonly kind: "blocks";
  /** With the null blocks, and with the terminator when there is one. */
  readonly blocks: readonly TlvBlock[];
}

/**
 * Reads the TLV blocks of an area up to its terminator or its end.
 *
 * @returns `incomplete` when the memory at hand ends before they do.
 * @throws NdefError for a block that reaches beyond the area, or a control TLV without its three bytes.
 */
export function readTlvs(area: TlvArea): TlvList | TlvIncomplete {
  const reader = new TlvReader(area);
  const blocks: TlvBlock[] = [];
  for (;;) {
    const block = reader.next();
    if (block === undefined) break;
    if ("kind" in block) return block;
    blocks.push(block);
    if (block.tag === TlvTag.terminator) break;
  }
  return { kind: "blocks", blocks };
}
