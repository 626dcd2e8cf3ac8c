import {
  type NdefArea,
  NdefTagError,
  type NdefTagDriver,
  type NdefWriteAccess,
  planTlvWrites,
  readTlvMemory,
  type TlvReading,
  type TlvTagMemory,
} from "@cardwire/ndef";
import type { SystemInformation } from "./system-information.ts";
import {
  buildType5Container,
  parseType5Container,
  readOnlyType5Container,
  type Type5Container,
} from "./type5-container.ts";

/** What the mapping needs of a tag. */
export interface Type5NdefHost {
  readonly run: NdefTagDriver<Type5NdefArea>["run"];
  /** Whether the reader carries frames: locking needs that, and finding out how large the tag is. */
  readonly hasFrames: boolean;
  /** False once the tag has refused READ MULTIPLE BLOCKS. */
  readsMultiple(): boolean;
  /** `undefined` where the tag does not say, or the reader lets nobody ask. */
  information(signal?: AbortSignal): Promise<SystemInformation | undefined>;
  readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array>;
  readBlocks(first: number, count: number, blockBytes: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Writes whole blocks one by one. */
  write(writes: readonly BlockWrite[], signal?: AbortSignal): Promise<void>;
  /** Locks a block; one that is locked already stays so. */
  lock(block: number, signal?: AbortSignal): Promise<void>;
}

/** A block to be written. */
export interface BlockWrite {
  readonly block: number;
  readonly data: Uint8Array;
}

/** The NDEF area of a tag, as far as it has been read. */
export interface Type5NdefArea extends NdefArea {
  readonly container: Type5Container;
  readonly blockBytes: number;
  /** Behind the last byte of the area. */
  readonly end: number;
  /** `undefined` where not everybody may read. */
  readonly reading: TlvReading | undefined;
}

/** Fewer blocks than these are not worth an exchange of their own. */
const BLOCKS_AT_LEAST = 8;
/** The longest capability container. */
const CONTAINER_BYTES = 8;
const WRITE_ACCESS: readonly NdefWriteAccess[] = ["open", "protected", "protected", "read-only"];
/** NDEF TLV without a message, and the terminator. */
const EMPTY: readonly number[] = [0x03, 0x00, 0xfe];

/** NDEF on Type 5 tags (NFC Forum Type 5 Tag specification 1.2). */
export function type5NdefDriver(host: Type5NdefHost): NdefTagDriver<Type5NdefArea> {
  return {
    type: 5,
    run: (work, signal) => host.run(work, signal),

    async open(signal) {
      const first = await host.readBlock(0, signal);
      const blockBytes = first.length;
      const memory = await readOn(host, first, blockBytes, CONTAINER_BYTES, CONTAINER_BYTES, signal);
      const container = parseType5Container(memory);
      if (container === undefined) return undefined;
      const { bytes, areaBytes, readAccess, writeAccess, majorVersion, minorVersion } = container;
      // makers count the container as part of the area, or not: the memory is the bound in either case
      const { blocks } = (await host.information(signal)) ?? {};
      const end = Math.min(bytes + areaBytes, blocks === undefined ? Infinity : blocks * blockBytes);
      const closed: Type5NdefArea = {
        container,
        blockBytes,
        end,
        reading: undefined,
        version: `${majorVersion}.${minorVersion}`,
        message: undefined,
        capacityBytes: 0,
        readAccess: "protected",
        writeAccess: WRITE_ACCESS[writeAccess] ?? "protected",
      };
      if (readAccess !== 0) return closed;
      const reading = await readTlvMemory(tagMemory(host, closed, signal), memory);
      const { ndef, capacityBytes } = reading.location;
      return { ...closed, reading, message: ndef?.value, capacityBytes, readAccess: "open" };
    },

    async write(area, message, signal) {
      if (area.reading === undefined) return;
      const writes = await planTlvWrites(tagMemory(host, area, signal), area.reading, message);
      await host.write(
        writes.map(({ address, data }) => ({ block: address / area.blockBytes, data })),
        signal,
      );
    },

    async format(signal) {
      const { blocks, blockBytes } = (await host.information(signal)) ?? {};
      if (blocks === undefined || blockBytes === undefined)
        throw new NdefTagError(
          "NOT_FORMATTABLE",
          host.hasFrames
            ? "the tag does not say how large it is"
            : "this reader lets nobody ask the tag how large it is",
        );
      // whether several blocks come at once goes into the container
      await host.readBlocks(0, Math.min(2, blocks), blockBytes, signal);
      const container = buildType5Container({ blocks, blockBytes, readsMultiple: host.readsMultiple() });
      if (container === undefined) throw new NdefTagError("NOT_FORMATTABLE", "the tag is too small for NDEF");
      const bytes = Uint8Array.of(...container, ...EMPTY);
      const writes: BlockWrite[] = [];
      for (let at = 0; at < bytes.length; at += blockBytes) {
        const data = new Uint8Array(blockBytes);
        data.set(bytes.subarray(at, at + blockBytes));
        writes.push({ block: at / blockBytes, data });
      }
      // the container, which makes the others count, last
      await host.write(writes.reverse(), signal);
    },

    async makeReadOnly({ blockBytes, end }, signal) {
      if (!host.hasFrames) throw new NdefTagError("NOT_LOCKABLE", "this reader does not carry what locks a block");
      const first = await host.readBlock(0, signal);
      const changed = readOnlyType5Container(first);
      if (changed !== undefined) await host.write([{ block: 0, data: changed }], signal);
      for (let block = Math.ceil(end / blockBytes) - 1; block >= 0; block--) {
        signal?.throwIfAborted();
        await host.lock(block, signal);
      }
    },
  };
}

function tagMemory(host: Type5NdefHost, area: Type5NdefArea, signal?: AbortSignal): TlvTagMemory {
  const { container, blockBytes, end } = area;
  return {
    start: container.bytes,
    end,
    unitBytes: blockBytes,
    readOn: (known, neededBytes) => {
      const wanted = Math.max(neededBytes, known.length + BLOCKS_AT_LEAST * blockBytes);
      return readOn(host, known, blockBytes, wanted, end, signal);
    },
  };
}

/** Reads whole blocks on until `wanted` bytes are there, or the area ends. */
async function readOn(
  host: Type5NdefHost,
  known: Uint8Array,
  blockBytes: number,
  wanted: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const first = known.length / blockBytes;
  const count = Math.ceil(Math.min(wanted, end) / blockBytes) - first;
  if (count <= 0) return known;
  const memory = new Uint8Array(known.length + count * blockBytes);
  memory.set(known);
  memory.set(await host.readBlocks(first, count, blockBytes, signal), known.length);
  return memory;
}
