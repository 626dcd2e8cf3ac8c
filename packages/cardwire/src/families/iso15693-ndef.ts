import { concatBytes } from "@cardwire/core";
import { Type5Error, type Type5Tag } from "@cardwire/iso15693";
import { encodeNdefMessage, locateNdef, type NdefLocation, parseNdefMessage, planNdefWrite } from "@cardwire/ndef";
import type { TapNdef } from "../tap-ndef.ts";
import type { FamilyCallOptions } from "./family.ts";

/** The capability container (NFC Forum Type 5 Tag specification 1.2, section 4.3). */
export interface Type5Container {
  /** Length of the container, 4 or 8 bytes: the TLV blocks begin behind it. */
  readonly bytes: 4 | 8;
  /** Length of the TLV area. */
  readonly areaBytes: number;
  /** 0: always allowed. */
  readonly readAccess: number;
  readonly writeAccess: number;
}

/** Magic numbers for block addresses of one and of two bytes. */
const MAGIC: readonly number[] = [0xe1, 0xe2];
/** Fewer blocks than these are not worth an exchange of their own. */
const BLOCKS_AT_LEAST = 8;

/** Reads the first 8 bytes of a tag; `undefined` when they are no capability container. */
export function parseType5Container(memory: Uint8Array): Type5Container | undefined {
  const [magic = 0, access = 0, length = 0] = memory;
  // of the version in the two high bits, only 1 is known
  if (!MAGIC.includes(magic) || access >> 6 !== 1) return undefined;
  const bytes = length === 0 ? 8 : 4;
  const areaBytes = 8 * (length === 0 ? ((memory[6] ?? 0) << 8) | (memory[7] ?? 0) : length);
  return { bytes, areaBytes, readAccess: (access >> 2) & 3, writeAccess: access & 3 };
}

interface Type5Area {
  readonly container: Type5Container;
  readonly blockBytes: number;
  /** From byte 0 of the tag on, as far as it has been read. */
  readonly memory: Uint8Array;
  readonly location: NdefLocation;
}

/** NDEF on an ISO/IEC 15693 tag. Reads no more than is needed. */
export function type5Ndef(tag: Type5Tag): TapNdef {
  return {
    async read(options) {
      const area = await readArea(tag, options);
      const message = area?.location.ndef?.value;
      return message && parseNdefMessage(message);
    },

    async write(source, options) {
      const message = encodeNdefMessage(source);
      const area = await readArea(tag, options);
      if (area === undefined) throw new Type5Error("NOT_SUPPORTED", "the tag is not formatted for NDEF");
      if (area.container.writeAccess !== 0) throw new Type5Error("NOT_SUPPORTED", "the tag's NDEF is read-only");
      const { container, blockBytes, location } = area;
      const end = container.bytes + container.areaBytes;
      // tag, a long length, the terminator, and whatever is reserved between
      const reserved = location.reserved.reduce((sum, { length }) => sum + length, 0);
      const needed = Math.min(location.address + 5 + message.length + reserved, end);
      const memory = await readOn(tag, area.memory, blockBytes, needed, end, options);
      let before = memory;
      const tlvArea = { memory, start: container.bytes, end };
      for (const image of planNdefWrite(tlvArea, location, message, { unitBytes: blockBytes })) {
        await writeChanges(tag, before, image, blockBytes, options);
        before = image;
      }
    },
  };
}

async function readArea(tag: Type5Tag, options?: FamilyCallOptions): Promise<Type5Area | undefined> {
  const first = await tag.readBlocks(0, 1, options);
  const blockBytes = first.length;
  let memory: Uint8Array = await readOn(tag, first, blockBytes, 8, 8, options);
  const container = parseType5Container(memory);
  if (container?.readAccess !== 0) return undefined;
  const start = container.bytes;
  const end = start + container.areaBytes;
  for (;;) {
    const location = locateNdef({ memory: memory.subarray(0, end), start, end });
    if (location.kind === "located") return { container, blockBytes, memory, location };
    const wanted = Math.max(location.neededBytes, memory.length + BLOCKS_AT_LEAST * blockBytes);
    memory = await readOn(tag, memory, blockBytes, wanted, end, options);
  }
}

/** Reads whole blocks on until `wanted` bytes are there, or the area ends. */
async function readOn(
  tag: Type5Tag,
  memory: Uint8Array,
  blockBytes: number,
  wanted: number,
  end: number,
  options?: FamilyCallOptions,
): Promise<Uint8Array> {
  const first = memory.length / blockBytes;
  const count = Math.ceil(Math.min(wanted, end) / blockBytes) - first;
  return count <= 0 ? memory : concatBytes(memory, await tag.readBlocks(first, count, options));
}

async function writeChanges(
  tag: Type5Tag,
  before: Uint8Array,
  image: Uint8Array,
  blockBytes: number,
  options?: FamilyCallOptions,
): Promise<void> {
  for (let at = 0; at < image.length; at += blockBytes) {
    const data = image.subarray(at, at + blockBytes);
    if (data.some((byte, index) => byte !== before[at + index])) await tag.writeBlocks(at / blockBytes, data, options);
  }
}
