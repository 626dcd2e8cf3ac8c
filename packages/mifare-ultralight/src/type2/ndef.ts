import { UsageError } from "@cardwire/core";
import { locateNdef, type NdefLocation, planNdefWrite } from "@cardwire/ndef";
import type { PageRange } from "../products.ts";
import { PAGE_BYTES } from "../rf-commands.ts";
import { type CapabilityContainer, parseCapabilityContainer } from "./capability-container.ts";

/** Where the NDEF area begins. */
const AREA_START = 4 * PAGE_BYTES;
const CAPABILITY_CONTAINER_OFFSET = 3 * PAGE_BYTES;

/** The NDEF area of a tag, as far as it has been read. */
export interface NdefArea {
  readonly container: CapabilityContainer;
  /** The tag's memory from byte 0 on. */
  readonly memory: Uint8Array;
  readonly location: NdefLocation;
}

/** Reads pages `first` to `last`. */
export type ReadPages = (range: PageRange) => Promise<Uint8Array>;

/**
 * Reads no more of the tag than is needed to have its NDEF message whole. `undefined` for a tag that is not formatted.
 *
 * @throws NdefError for TLV blocks that do not fit the area, and what `read` throws.
 */
export async function readNdefArea(read: ReadPages): Promise<NdefArea | undefined> {
  // one READ gives the capability container and the first TLV blocks; it starts where UID and lock bytes are of no use
  let memory = new Uint8Array(7 * PAGE_BYTES);
  memory.set(await read([3, 6]), CAPABILITY_CONTAINER_OFFSET);
  const container = parseCapabilityContainer(memory.subarray(CAPABILITY_CONTAINER_OFFSET, AREA_START));
  if (container?.readAccess !== 0) return undefined;
  const end = AREA_START + container.areaBytes;
  for (;;) {
    const location = locateNdef({ memory: memory.subarray(0, Math.min(memory.length, end)), start: AREA_START, end });
    if (location.kind === "located") return { container, memory, location };
    memory = await readOn(read, memory, location.neededBytes, end);
  }
}

/** Reads on until `needed` bytes are there: whole pages, four at least. */
async function readOn(
  read: ReadPages,
  memory: Uint8Array,
  needed: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const first = memory.length / PAGE_BYTES;
  const last = Math.min(Math.max(Math.ceil(needed / PAGE_BYTES), first + 4), end / PAGE_BYTES) - 1;
  if (last < first) throw new UsageError("the NDEF area ends before what it promises");
  const longer = new Uint8Array((last + 1) * PAGE_BYTES);
  longer.set(memory);
  longer.set(await read([first, last]), memory.length);
  return longer;
}

/** A page to be written. */
export interface PageWrite {
  readonly page: number;
  readonly data: Uint8Array;
}

/**
 * The page writes that put a message into the area, in an order in which a tag pulled meanwhile is left empty, or with
 * the whole message.
 *
 * @throws NdefError when the message does not fit.
 */
export async function planMessageWrite(area: NdefArea, message: Uint8Array, read: ReadPages): Promise<PageWrite[]> {
  const end = AREA_START + area.container.areaBytes;
  // tag, length in its long form, message, terminator, and what lies reserved in between
  const reserved = area.location.reserved.reduce((sum, { length }) => sum + length, 0);
  const needed = Math.min(area.location.address + 4 + message.length + 1 + reserved, end);
  const memory = needed > area.memory.length ? await readOn(read, area.memory, needed, end) : area.memory;
  const writes: PageWrite[] = [];
  let before = memory;
  const tlvArea = { memory, start: AREA_START, end };
  for (const image of planNdefWrite(tlvArea, area.location, message, { unitBytes: PAGE_BYTES })) {
    for (let at = AREA_START; at < image.length; at += PAGE_BYTES) {
      const data = image.slice(at, at + PAGE_BYTES);
      if (data.some((byte, index) => byte !== before[at + index])) writes.push({ page: at / PAGE_BYTES, data });
    }
    before = image;
  }
  return writes;
}
