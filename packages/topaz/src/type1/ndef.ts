import { locateNdef, type NdefLocation, planNdefWrite, type TlvArea } from "@cardwire/ndef";
import { BLOCK_BYTES, RESERVED_BLOCK, SEGMENT_BYTES, STATIC_BYTES } from "../layout.ts";

/** The capability container: block 1 (Type 1 Tag specification 1.2, section 6.1). */
export interface Type1CapabilityContainer {
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** Bytes of memory, the reserved blocks included. */
  readonly memoryBytes: number;
  /** Upper nibble of the access byte: 0 lets everybody read. */
  readonly readAccess: number;
  /** Lower nibble: 0 lets everybody write, F nobody. */
  readonly writeAccess: number;
}

const MAGIC = 0xe1;
/** Address of the capability container, and of the first TLV block behind it. */
export const CAPABILITY_CONTAINER: number = BLOCK_BYTES;
const FIRST_TLV = CAPABILITY_CONTAINER + 4;

/** Reads the capability container of a tag's memory; `undefined` when there is none. @param memory from byte 0 on. */
export function type1CapabilityContainer(memory: Uint8Array): Type1CapabilityContainer | undefined {
  const [magic = 0, version = 0, size = 0, access = 0] = memory.subarray(CAPABILITY_CONTAINER);
  if (magic !== MAGIC || version >> 4 !== 1) return undefined;
  return {
    majorVersion: version >> 4,
    minorVersion: version & 15,
    memoryBytes: (size + 1) * BLOCK_BYTES,
    readAccess: access >> 4,
    writeAccess: access & 15,
  };
}

/** The NDEF area of a tag, as far as it has been read. */
export interface Type1NdefArea {
  readonly container: Type1CapabilityContainer;
  readonly memory: Uint8Array;
  readonly location: NdefLocation;
}

/** Reads a segment of 128 bytes. */
export type ReadSegment = (segment: number) => Promise<Uint8Array>;

function areaOf(container: Type1CapabilityContainer, memory: Uint8Array): TlvArea {
  const end = container.memoryBytes;
  const reservedEnd = end > STATIC_BYTES ? SEGMENT_BYTES : STATIC_BYTES;
  const address = RESERVED_BLOCK * BLOCK_BYTES;
  return { memory, start: FIRST_TLV, end, reserved: [{ address, length: reservedEnd - address }] };
}

/**
 * Finds the NDEF message behind what RALL gave, and reads on no further than it reaches. `undefined` for a tag that is
 * not formatted or lets nobody read.
 *
 * @throws NdefError for TLV blocks that do not fit the tag.
 */
export async function readNdefArea(
  staticMemory: Uint8Array,
  readSegment: ReadSegment,
): Promise<Type1NdefArea | undefined> {
  const container = type1CapabilityContainer(staticMemory);
  if (container?.readAccess !== 0) return undefined;
  let memory = staticMemory;
  for (;;) {
    const area = areaOf(container, memory.subarray(0, container.memoryBytes));
    const location = locateNdef(area);
    if (location.kind === "located") return { container, memory: area.memory, location };
    memory = await readOn(memory, location.neededBytes, readSegment);
  }
}

/** Whole segments behind the first, of which block F is not read: no TLV may stand in it. */
async function readOn(memory: Uint8Array, needed: number, readSegment: ReadSegment): Promise<Uint8Array> {
  let longer = memory;
  while (longer.length < needed) {
    const segment = Math.ceil(longer.length / SEGMENT_BYTES);
    const next = new Uint8Array((segment + 1) * SEGMENT_BYTES);
    next.set(longer);
    next.set(await readSegment(segment), segment * SEGMENT_BYTES);
    longer = next;
  }
  return longer;
}

/** One piece of memory to write. */
export interface Type1Write {
  readonly address: number;
  readonly data: Uint8Array;
}

/**
 * The writes that put a message into the area, in an order in which a tag pulled meanwhile is left empty, or with the
 * whole message.
 *
 * @param unitBytes 1 for static memory, 8 for dynamic.
 * @throws NdefError when the message does not fit.
 */
export async function planMessageWrite(
  { container, memory, location }: Type1NdefArea,
  message: Uint8Array,
  unitBytes: number,
  readSegment: ReadSegment,
): Promise<readonly Type1Write[]> {
  const end = container.memoryBytes;
  const reserved = location.reserved.reduce((sum, { length }) => sum + length, 0);
  const needed = Math.min(location.address + 4 + message.length + 1 + reserved, end);
  const known = needed > memory.length ? (await readOn(memory, needed, readSegment)).subarray(0, end) : memory;
  const writes: Type1Write[] = [];
  let before = known;
  for (const image of planNdefWrite(areaOf(container, known), location, message, { unitBytes })) {
    for (let address = 0; address < image.length; address += unitBytes) {
      const data = image.slice(address, address + unitBytes);
      if (data.some((byte, index) => byte !== before[address + index])) writes.push({ address, data });
    }
    before = image;
  }
  return writes;
}
