import type { TlvArea } from "./cursor.ts";
import { locateNdef, type NdefLocation } from "./locate.ts";
import { planNdefWrite } from "./write.ts";

/** A tag's memory that is read no further than is needed, with TLV blocks in it. */
export interface TlvTagMemory extends Omit<TlvArea, "memory"> {
  /** The smallest piece that is written as a whole: 1 (Type 1 static), 4 (Type 2), 8, 16 (MIFARE Classic) bytes. */
  readonly unitBytes: number;
  /**
   * Reads on.
   *
   * @param known the memory from byte 0 on, as far as it has been read.
   * @returns the same and more: at least up to `neededBytes`, which is never beyond `end`, in whole units.
   */
  readOn(known: Uint8Array, neededBytes: number): Promise<Uint8Array>;
}

/** What has been read of a tag, and where its NDEF stands in it. */
export interface TlvReading {
  /** From byte 0 of the tag on. */
  readonly memory: Uint8Array;
  readonly location: NdefLocation;
}

/**
 * Reads a tag until its NDEF message is there whole.
 *
 * @param known what has been read already, from byte 0 on.
 * @throws NdefError for TLV blocks that do not fit the area, and what `readOn` throws.
 */
export async function readTlvMemory(tag: TlvTagMemory, known: Uint8Array): Promise<TlvReading> {
  let memory = known;
  for (;;) {
    const location = locateNdef({ ...tag, memory });
    if (location.kind === "located") return { memory, location };
    memory = await tag.readOn(memory, location.neededBytes);
  }
}

/** One unit to be written. */
export interface TlvWrite {
  /** Of its first byte. */
  readonly address: number;
  /** `unitBytes` bytes. */
  readonly data: Uint8Array;
}

/**
 * The writes that put a message into a tag, in an order in which a tag that is pulled meanwhile is left with its old
 * message, empty, or with the whole new one. Units that hold already what they should are left out.
 *
 * @throws NdefError TOO_LONG when the message does not fit, and what `readOn` throws.
 */
export async function planTlvWrites(
  tag: TlvTagMemory,
  { memory: known, location }: TlvReading,
  message: Uint8Array,
): Promise<readonly TlvWrite[]> {
  // tag, length in its long form, message, terminator, and what lies reserved in between
  const reserved = location.reserved.reduce((sum, { length }) => sum + length, 0);
  const needed = Math.min(location.address + 4 + message.length + 1 + reserved, tag.end);
  const memory = needed > known.length ? await tag.readOn(known, needed) : known;
  const { unitBytes } = tag;
  const writes: TlvWrite[] = [];
  let before = memory;
  for (const image of planNdefWrite({ ...tag, memory }, location, message, { unitBytes })) {
    for (let address = 0; address < image.length; address += unitBytes) {
      const data = image.slice(address, address + unitBytes);
      if (data.some((byte, index) => byte !== before[address + index])) writes.push({ address, data });
    }
    before = image;
  }
  return writes;
}
