import {
  type NdefArea,
  NdefTagError,
  type NdefTagDriver,
  planTlvWrites,
  readTlvMemory,
  type TlvReading,
  type TlvTagMemory,
} from "@cardwire/ndef";
import type { AccessConditions } from "../access-bits.ts";
import { BLOCK_BYTES, blocksInSector, type ClassicSize, firstBlockOfSector, trailerOfSector } from "../geometry.ts";
import { MAD_AID_NDEF, type MifareApplicationDirectory } from "../mad.ts";
import type { ClassicKeyType, SectorKeys } from "./key-ring.ts";
import { isMifareClassicError } from "./mifare-classic-error.ts";
import { formatWrites, trailerWriter } from "./ndef-format.ts";
import { planReadOnly } from "./ndef-read-only.ts";

/** A block to be written. */
export interface BlockWrite {
  readonly block: number;
  readonly data: Uint8Array;
}

/** What the mapping needs of a card. */
export interface ClassicNdefHost {
  readonly size: ClassicSize;
  readonly run: NdefTagDriver<ClassicNdefArea>["run"];
  /** @throws FormatError for a directory that is damaged. */
  readMad(signal?: AbortSignal): Promise<MifareApplicationDirectory | undefined>;
  /** Reads a block with the key for NDEF, or another that is known. */
  read(block: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Writes blocks and makes sure of each. */
  write(writes: readonly BlockWrite[], signal?: AbortSignal): Promise<void>;
  /** Whether a key of this type is known that opens the sector. */
  opens(sector: number, type: ClassicKeyType, signal?: AbortSignal): Promise<boolean>;
  /** Of a sector whose trailer has been read. */
  conditions(sector: number): AccessConditions | undefined;
  keys(sector: number): SectorKeys;
}

/** NDEF of a card, as far as it has been read. */
export interface ClassicNdefArea extends NdefArea {
  readonly sectors: readonly number[];
  /** `undefined` where no key that is known opens it. */
  readonly reading: TlvReading | undefined;
}

const GENERAL_PURPOSE_BYTE = 9;
const KNOWN_MAJOR_VERSION = 1;
const MAD2_SECTOR = 16;
/** The low bits of the general purpose byte of an NDEF sector: nobody writes. */
const WRITE_NEVER = 3;

/**
 * The sectors that hold NDEF data: the first of those that the directory names, and what follows it without a gap, the
 * directory's own sector 16 aside (AN1304 section 3.2).
 */
export function ndefSectors(directory: MifareApplicationDirectory): readonly number[] {
  const named = [...directory.aids]
    .filter(([, aid]) => aid === MAD_AID_NDEF)
    .map(([sector]) => sector)
    .sort((a, b) => a - b);
  const end = named.findIndex((sector, index) => {
    const before = named[index - 1];
    return before !== undefined && sector !== (before + 1 === MAD2_SECTOR ? before + 2 : before + 1);
  });
  return end < 0 ? named : named.slice(0, end);
}

/** NDEF on MIFARE Classic (AN1304, AN1305), in the sectors that the application directory names. */
export function classicNdefDriver(host: ClassicNdefHost): NdefTagDriver<ClassicNdefArea> {
  return {
    type: "mifare-classic",
    verifies: true,
    run: (work, signal) => host.run(work, signal),

    async open(signal) {
      const directory = await orRefused(host.readMad(signal));
      const sectors = directory === undefined ? [] : ndefSectors(directory);
      const [first] = sectors;
      if (first === undefined) return undefined;
      const trailer = await orRefused(host.read(trailerOfSector(first), signal));
      const gpb = trailer?.[GENERAL_PURPOSE_BYTE] ?? 0;
      const closed: ClassicNdefArea = {
        sectors,
        reading: undefined,
        version: `${gpb >> 6}.${(gpb >> 4) & 3}`,
        message: undefined,
        capacityBytes: 0,
        readAccess: "protected",
        writeAccess: (gpb & WRITE_NEVER) === WRITE_NEVER ? "read-only" : "open",
      };
      if (trailer === undefined) return closed;
      if (gpb >> 6 !== KNOWN_MAJOR_VERSION) return undefined;
      const reading = await orRefused(readTlvMemory(tagMemory(host, sectors, signal), new Uint8Array(0)));
      if (reading === undefined) return closed;
      const { ndef, capacityBytes } = reading.location;
      return { ...closed, reading, message: ndef?.value, capacityBytes, readAccess: "open" };
    },

    async write({ sectors, reading }, message, signal) {
      if (reading === undefined) return;
      const blocks = dataBlocks(sectors);
      const writes = await planTlvWrites(tagMemory(host, sectors, signal), reading, message);
      await host.write(
        writes.map(({ address, data }) => ({ block: blocks[address / BLOCK_BYTES] ?? 0, data })),
        signal,
      );
    },

    async format(signal) {
      const directory = await orRefused(host.readMad(signal));
      if (directory !== undefined && [...directory.aids.values()].some((aid) => aid !== 0))
        throw new NdefTagError("NOT_FORMATTABLE", "the card's directory names other applications");
      // every trailer is read before one is written: what locks the card out is known before anything happens
      const { sectors, writes } = formatWrites(host.size);
      for (const sector of sectors) {
        const trailer = await orRefused(host.read(trailerOfSector(sector), signal));
        const writer = trailer && trailerWriter(host.conditions(sector));
        if (trailer === undefined || writer === undefined || !(await host.opens(sector, writer, signal)))
          throw new NdefTagError(
            "NOT_FORMATTABLE",
            trailer === undefined
              ? `no known key opens sector ${sector}`
              : `no known key may change the keys of sector ${sector}`,
          );
      }
      await host.write(writes, signal);
    },

    async makeReadOnly({ sectors }, signal) {
      const plan = await planReadOnly(host, sectors, signal);
      await host.write(plan, signal);
    },
  };
}

function tagMemory(host: ClassicNdefHost, sectors: readonly number[], signal?: AbortSignal): TlvTagMemory {
  const blocks = dataBlocks(sectors);
  return {
    start: 0,
    end: blocks.length * BLOCK_BYTES,
    unitBytes: BLOCK_BYTES,
    async readOn(known, neededBytes) {
      const from = known.length / BLOCK_BYTES;
      const to = Math.min(Math.max(Math.ceil(neededBytes / BLOCK_BYTES), from + 1), blocks.length);
      const memory = new Uint8Array(to * BLOCK_BYTES);
      memory.set(known);
      for (const [index, block] of blocks.slice(from, to).entries())
        memory.set(await host.read(block, signal), (from + index) * BLOCK_BYTES);
      return memory;
    },
  };
}

/** The data blocks of sectors, one after the other: the area in which TLV blocks stand. */
function dataBlocks(sectors: readonly number[]): readonly number[] {
  return sectors.flatMap((sector) =>
    Array.from({ length: blocksInSector(sector) - 1 }, (_, index) => firstBlockOfSector(sector) + index),
  );
}

/** `undefined` where no known key opens the sector, or none may read the block. */
async function orRefused<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMifareClassicError(error, "KEY_REFUSED") || isMifareClassicError(error, "BLOCK_REFUSED")) return undefined;
    throw error;
  }
}
