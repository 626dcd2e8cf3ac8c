import {
  type NdefArea,
  NdefTagError,
  type NdefTagDriver,
  planTlvWrites,
  readTlvMemory,
  type TlvReading,
  type TlvTagMemory,
} from "@cardwire/ndef";
import { BLOCK_BYTES, lockBitOf, RESERVED_BLOCK, SEGMENT_BYTES, STATIC_BYTES } from "../layout.ts";
import type { Type1Product } from "../products.ts";

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
const CAPABILITY_CONTAINER: number = BLOCK_BYTES;
const FIRST_TLV = CAPABILITY_CONTAINER + 4;
const ACCESS = CAPABILITY_CONTAINER + 3;
const READ_ONLY_ACCESS = 0x0f;
/** NDEF TLV without a message, and the terminator. */
const EMPTY: readonly number[] = [0x03, 0x00, 0xfe];
/** Where a Topaz 512 has its dynamic lock bytes, and what is reserved in front of them (Topaz 512 data sheet). */
const DYNAMIC_CONTROL: readonly number[] = [0x01, 0x03, 0xf2, 0x30, 0x33, 0x02, 0x03, 0xf0, 0x02, 0x03];
/** High nibble of HR0: the tag is for NDEF. */
const HR0_NDEF = 1;

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

/** One piece of memory to write. */
export interface Type1Write {
  readonly address: number;
  readonly data: Uint8Array;
}

/** What the mapping needs of a tag. */
export interface Type1NdefHost {
  readonly run: NdefTagDriver<Type1NdefArea>["run"];
  /** Header ROM byte 0 and the first 120 bytes. */
  readStatic(signal?: AbortSignal): Promise<{ readonly hr0: number; readonly memory: Uint8Array }>;
  /** Reads 128 bytes. */
  readSegment(segment: number, signal?: AbortSignal): Promise<Uint8Array>;
  write(writes: readonly Type1Write[], signal?: AbortSignal): Promise<void>;
  lock(blocks: readonly number[], memory: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** What is written as a whole: a block of 8 bytes, or one byte. */
  unitBytes(hr0: number): number;
  product(hr0: number): Type1Product | undefined;
}

/** The NDEF area of a tag, as far as it has been read. */
export interface Type1NdefArea extends NdefArea {
  readonly container: Type1CapabilityContainer;
  readonly hr0: number;
  /** `undefined` where nobody may read. */
  readonly reading: TlvReading | undefined;
}

/** NDEF on Type 1 tags (NFC Forum Type 1 Tag specification 1.2). */
export function type1NdefDriver(host: Type1NdefHost): NdefTagDriver<Type1NdefArea> {
  return {
    type: 1,
    run: (work, signal) => host.run(work, signal),

    async open(signal) {
      const { hr0, memory } = await host.readStatic(signal);
      const container = type1CapabilityContainer(memory);
      if (container === undefined) return undefined;
      const { majorVersion, minorVersion, readAccess, writeAccess } = container;
      const closed: Type1NdefArea = {
        container,
        hr0,
        reading: undefined,
        version: `${majorVersion}.${minorVersion}`,
        message: undefined,
        capacityBytes: 0,
        readAccess: "protected",
        writeAccess: writeAccess === 0 ? "open" : writeAccess === READ_ONLY_ACCESS ? "read-only" : "protected",
      };
      if (readAccess !== 0) return closed;
      const reading = await readTlvMemory(
        tagMemory(host, closed, signal),
        memory.subarray(0, Math.min(memory.length, container.memoryBytes)),
      );
      const { ndef, capacityBytes } = reading.location;
      return { ...closed, reading, message: ndef?.value, capacityBytes, readAccess: "open" };
    },

    async write(area, message, signal) {
      if (area.reading === undefined) return;
      await host.write(await planTlvWrites(tagMemory(host, area, signal), area.reading, message), signal);
    },

    async format(signal) {
      const { hr0 } = await host.readStatic(signal);
      const product = host.product(hr0);
      if (product === undefined || hr0 >> 4 !== HR0_NDEF)
        throw new NdefTagError("NOT_FORMATTABLE", "the tag is no Topaz, and not made for NDEF");
      await host.write(formatWrites(product.memoryBytes, host.unitBytes(hr0)), signal);
    },

    async makeReadOnly({ container }, signal) {
      const { memory } = await host.readStatic(signal);
      const access = (memory[ACCESS] ?? 0) | READ_ONLY_ACCESS;
      // a tag that was pulled while it was sealed says so already, and may have that block locked
      if (access !== memory[ACCESS]) await host.write([{ address: ACCESS, data: Uint8Array.of(access) }], signal);
      const blocks = Array.from({ length: container.memoryBytes / BLOCK_BYTES }, (_, block) => block);
      await host.lock(
        blocks.filter((block) => lockBitOf(block) !== undefined),
        memory,
        signal,
      );
    },
  };
}

/** The TLV blocks of a factory tag from the end to the beginning, then the capability container, its magic byte last. */
function formatWrites(memoryBytes: number, unitBytes: number): Type1Write[] {
  const tlvs = memoryBytes > STATIC_BYTES ? [...DYNAMIC_CONTROL, ...EMPTY] : EMPTY;
  const container = [MAGIC, 0x10, memoryBytes / BLOCK_BYTES - 1, 0x00];
  const bytes = Uint8Array.of(...container, ...tlvs);
  const writes: Type1Write[] = [];
  for (let at = 0; at < bytes.length; at += unitBytes) {
    const data = new Uint8Array(unitBytes);
    data.set(bytes.subarray(at, at + unitBytes));
    writes.push({ address: CAPABILITY_CONTAINER + at, data });
  }
  return writes.reverse();
}

function tagMemory(host: Type1NdefHost, { container, hr0 }: Type1NdefArea, signal?: AbortSignal): TlvTagMemory {
  const end = container.memoryBytes;
  const reservedEnd = end > STATIC_BYTES ? SEGMENT_BYTES : STATIC_BYTES;
  const address = RESERVED_BLOCK * BLOCK_BYTES;
  return {
    start: FIRST_TLV,
    end,
    unitBytes: host.unitBytes(hr0),
    reserved: [{ address, length: reservedEnd - address }],
    // whole segments behind the first, of which block F is not read: no TLV may stand in it
    async readOn(known, neededBytes) {
      let memory = known;
      while (memory.length < neededBytes) {
        const segment = Math.ceil(memory.length / SEGMENT_BYTES);
        const longer = new Uint8Array((segment + 1) * SEGMENT_BYTES);
        longer.set(memory);
        longer.set(await host.readSegment(segment, signal), segment * SEGMENT_BYTES);
        memory = longer;
      }
      return memory.subarray(0, Math.max(end, known.length));
    },
  };
}
