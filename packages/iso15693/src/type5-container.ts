/** The capability container (NFC Forum Type 5 Tag specification 1.2, section 4.3). */
export interface Type5Container {
  /** Length of the container, 4 or 8 bytes: the TLV blocks begin behind it. */
  readonly bytes: 4 | 8;
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** Length of the TLV area, as the container says it. */
  readonly areaBytes: number;
  /** 0: always allowed, 2: with something of the maker's own. */
  readonly readAccess: number;
  /** 0: always allowed, 2: with something of the maker's own, 3: never. */
  readonly writeAccess: number;
}

/** Magic numbers: blocks have addresses of one byte, or of two. */
const MAGIC_NARROW = 0xe1;
const MAGIC_WIDE = 0xe2;
const VERSION_1_0 = 0x40;
const WRITE_NEVER = 0x03;
const ACCESS_OFFSET = 1;
/** Several blocks can be read at once. */
const READS_MULTIPLE = 0x01;
const AREA_UNIT_BYTES = 8;
const SHORT_BYTES = 4;
const LONG_BYTES = 8;
/** The largest area that the short form can say. */
const SHORT_AREA_UNITS = 0xff;
const LONG_AREA_UNITS = 0xffff;
/** As many blocks have addresses of one byte. */
const NARROW_BLOCKS = 0x100;

/** Reads the first 8 bytes of a tag; `undefined` when they are no capability container. */
export function parseType5Container(memory: Uint8Array): Type5Container | undefined {
  const [magic = 0, access = 0, length = 0] = memory;
  // of the version in the two high bits, only 1 is known
  if ((magic !== MAGIC_NARROW && magic !== MAGIC_WIDE) || access >> 6 !== 1) return undefined;
  const bytes = length === 0 ? LONG_BYTES : SHORT_BYTES;
  const units = length === 0 ? ((memory[6] ?? 0) << 8) | (memory[7] ?? 0) : length;
  return {
    bytes,
    majorVersion: access >> 6,
    minorVersion: (access >> 4) & 3,
    areaBytes: AREA_UNIT_BYTES * units,
    readAccess: (access >> 2) & 3,
    writeAccess: access & 3,
  };
}

/** How large a tag is, and what it can. */
export interface Type5Size {
  readonly blocks: number;
  readonly blockBytes: number;
  /** READ MULTIPLE BLOCKS works. */
  readonly readsMultiple: boolean;
}

/** The container of a tag that everybody may read and write, 4 or 8 bytes; `undefined` for one without room behind it. */
export function buildType5Container({ blocks, blockBytes, readsMultiple }: Type5Size): Uint8Array | undefined {
  const memoryBytes = blocks * blockBytes;
  const magic = blocks > NARROW_BLOCKS ? MAGIC_WIDE : MAGIC_NARROW;
  const features = readsMultiple ? READS_MULTIPLE : 0;
  const units = Math.floor((memoryBytes - SHORT_BYTES) / AREA_UNIT_BYTES);
  if (units < 1) return undefined;
  if (units <= SHORT_AREA_UNITS) return Uint8Array.of(magic, VERSION_1_0, units, features);
  const longUnits = Math.min(LONG_AREA_UNITS, Math.floor((memoryBytes - LONG_BYTES) / AREA_UNIT_BYTES));
  return Uint8Array.of(magic, VERSION_1_0, 0, features, 0, 0, longUnits >> 8, longUnits & 0xff);
}

/** The first block with the container saying that nobody writes; `undefined` where it says so already. */
export function readOnlyType5Container(block: Uint8Array): Uint8Array | undefined {
  const changed = block.slice();
  changed[ACCESS_OFFSET] = (changed[ACCESS_OFFSET] ?? 0) | WRITE_NEVER;
  return changed[ACCESS_OFFSET] === block[ACCESS_OFFSET] ? undefined : changed;
}
