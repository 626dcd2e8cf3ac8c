import type { TagAccessOptions } from "@cardwire/storage-card/tag-access";
import type { AccessConditions } from "../access-bits.ts";
import type { ClassicSize } from "../geometry.ts";
import type { ClassicKeyType, SectorKeys } from "./key-ring.ts";
import type { ClassicSector } from "./read-sector.ts";

/** How a MIFARE Classic is spoken to. */
export interface ClassicOptions extends TagAccessOptions {
  /** How large the card is: {@link classicSizeOf} tells it by the card name in the ATR. */
  readonly size: ClassicSize;
  /** Keys of sectors, where they are known. */
  readonly keys?: ReadonlyMap<number, SectorKeys>;
  /** Keys to try where none is known, in this order; {@link WELL_KNOWN_KEYS} when absent. What works is remembered. */
  readonly tryKeys?: readonly Uint8Array[];
}

/** Of every call. */
export interface ClassicCallOptions {
  /** Gives up before the next command. What the card was sent, it was sent. */
  readonly signal?: AbortSignal;
}

/** What a write may do. */
export interface ClassicWriteOptions extends ClassicCallOptions {
  /** True lets a sector trailer be written: wrong access bits or keys lock a sector for ever. */
  readonly allowTrailer?: boolean;
  /** True lets block 0 be written, which ordinary cards refuse. */
  readonly allowManufacturerBlock?: boolean;
  /** False leaves out the reading that makes sure of each write: not all readers look at what the card says to it. */
  readonly verify?: boolean;
}

/** How a value block is counted. */
export interface ClassicValueOptions extends ClassicCallOptions {
  /** The key to do it with; when absent, the one that the access conditions of the sector name. */
  readonly keyType?: ClassicKeyType;
}

/** How a whole card is read. */
export interface ClassicReadOptions extends ClassicCallOptions {
  /** False leaves the sector trailers out: an exchange less for each sector. */
  readonly trailers?: boolean;
  /** Called after each sector, with sectors read and sectors in all. */
  readonly onProgress?: (sectorsRead: number, sectorsTotal: number) => void;
}

/** A card, as far as the keys that are known let it be read. */
export interface ClassicMemory {
  readonly size: ClassicSize;
  readonly sectors: readonly ClassicSector[];
  /** Blocks that no known key gives, or that were not asked for. */
  readonly missing: readonly number[];
  /** The whole memory: zeros for what is missing, and the keys that are known in their places. */
  readonly bytes: Uint8Array;
}

/** What a new sector trailer says. */
export interface ClassicTrailer {
  readonly keyA: Uint8Array;
  readonly keyB: Uint8Array;
  readonly conditions: AccessConditions;
  /** Byte 9, free for the application but in sectors 0 and 16 of a card with a directory. 69 when absent. */
  readonly generalPurposeByte?: number;
}
