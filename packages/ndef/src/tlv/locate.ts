import { type TlvBlock, type TlvIncomplete, TlvReader, TlvTag } from "./blocks.ts";
import type { ByteRange } from "./control.ts";
import { AreaCursor, type TlvArea } from "./cursor.ts";

/** What the NDEF part of a tag's memory looks like. */
export interface NdefLocation {
  readonly kind: "located";
  /** The NDEF TLV; `undefined` when the area has none. */
  readonly ndef: TlvBlock | undefined;
  /** Where its tag byte stands, or where a new one would. */
  readonly address: number;
  /** The longest message that fits there, in bytes. */
  readonly capacityBytes: number;
  /** What is to be stepped over: the area's own reserved bytes and those of its control TLVs. */
  readonly reserved: readonly ByteRange[];
  /** Control and proprietary blocks that stand before it. */
  readonly before: readonly TlvBlock[];
}

/**
 * Finds the NDEF TLV: the first one counts. Looks at no byte behind it, so that a tag can be read lazily: hand in what
 * has been read, and read on to `neededBytes` when the answer is `incomplete`.
 *
 * @throws NdefError for a block that reaches beyond the area, or a control TLV without its three bytes.
 */
export function locateNdef(area: TlvArea): NdefLocation | TlvIncomplete {
  const reader = new TlvReader(area);
  const before: TlvBlock[] = [];
  // a new block goes where padding or the terminator begins
  let free: number | undefined;
  for (;;) {
    const address = reader.cursor.address;
    const block = reader.next();
    if (block !== undefined && "kind" in block) return block;
    if (block === undefined || block.tag === TlvTag.terminator)
      return located(area, reader, { ndef: undefined, address: free ?? address, before });
    if (block.tag === TlvTag.ndef) return located(area, reader, { ndef: block, address: block.address, before });
    if (block.tag === TlvTag.null) free ??= address;
    else {
      free = undefined;
      before.push(block);
    }
  }
}

function located(
  area: TlvArea,
  reader: TlvReader,
  found: Pick<NdefLocation, "ndef" | "address" | "before">,
): NdefLocation {
  const reserved = [...reader.cursor.reserved];
  const room = new AreaCursor({ ...area, start: found.address, reserved }).remaining();
  return { kind: "located", ...found, capacityBytes: capacity(room), reserved };
}

/** The longest message in so many bytes, tag and length included. A terminator is written only where a byte is left. */
function capacity(room: number): number {
  const short = Math.max(0, room - 2);
  return short <= 0xfe ? short : Math.min(0xfffe, Math.max(0xfe, room - 4));
}
