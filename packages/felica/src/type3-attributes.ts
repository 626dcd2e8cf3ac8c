import { FELICA_BLOCK_BYTES } from "./commands.ts";

/** The attribute information block, block 0 of a Type 3 tag (NFC Forum Type 3 Tag specification 1.0, section 6.1). */
export interface Type3Attributes {
  readonly majorVersion: number;
  readonly minorVersion: number;
  /** The most blocks that one Check command reads. */
  readonly blocksPerRead: number;
  /** The most blocks that one Update command writes. */
  readonly blocksPerWrite: number;
  /** The most blocks that hold NDEF data. */
  readonly maxBlocks: number;
  /** A write has begun and not ended: what is there is no message. */
  readonly isBeingWritten: boolean;
  readonly isWritable: boolean;
  readonly messageBytes: number;
}

const KNOWN_MAJOR_VERSION = 1;
const WRITE_FLAG = 9;
const ACCESS_FLAG = 10;
const LENGTH = 11;
const CHECKSUM = 14;
const WRITE_IN_PROGRESS = 0x0f;

/** Reads block 0; `undefined` when it holds no attributes: another version, or a checksum that does not fit. */
export function parseType3Attributes(block: Uint8Array): Type3Attributes | undefined {
  const byte = (offset: number): number => block[offset] ?? 0;
  if (block.length !== FELICA_BLOCK_BYTES || byte(0) >> 4 !== KNOWN_MAJOR_VERSION) return undefined;
  if (checksum(block) !== ((byte(CHECKSUM) << 8) | byte(CHECKSUM + 1))) return undefined;
  return {
    majorVersion: byte(0) >> 4,
    minorVersion: byte(0) & 15,
    blocksPerRead: byte(1),
    blocksPerWrite: byte(2),
    maxBlocks: (byte(3) << 8) | byte(4),
    isBeingWritten: byte(WRITE_FLAG) !== 0,
    isWritable: byte(ACCESS_FLAG) === 1,
    messageBytes: (byte(LENGTH) << 16) | (byte(LENGTH + 1) << 8) | byte(LENGTH + 2),
  };
}

/** What of block 0 changes in a tag's life. */
export type Type3Change = Partial<Pick<Type3Attributes, "isBeingWritten" | "isWritable" | "messageBytes">>;

/** Block 0 with some of it changed, and its checksum. */
export function changedType3Attributes(block: Uint8Array, change: Type3Change): Uint8Array {
  const changed = block.slice();
  if (change.isBeingWritten !== undefined) changed[WRITE_FLAG] = change.isBeingWritten ? WRITE_IN_PROGRESS : 0;
  if (change.isWritable !== undefined) changed[ACCESS_FLAG] = change.isWritable ? 1 : 0;
  if (change.messageBytes !== undefined) {
    const { messageBytes } = change;
    changed.set([messageBytes >> 16, (messageBytes >> 8) & 0xff, messageBytes & 0xff], LENGTH);
  }
  const sum = checksum(changed);
  changed.set([sum >> 8, sum & 0xff], CHECKSUM);
  return changed;
}

/** Block 0 of a tag that is formatted and empty. */
export function freshType3Attributes(
  fields: Pick<Type3Attributes, "blocksPerRead" | "blocksPerWrite" | "maxBlocks">,
): Uint8Array {
  const block = new Uint8Array(FELICA_BLOCK_BYTES);
  const { blocksPerRead, blocksPerWrite, maxBlocks } = fields;
  block.set([KNOWN_MAJOR_VERSION << 4, blocksPerRead, blocksPerWrite, maxBlocks >> 8, maxBlocks & 0xff]);
  return changedType3Attributes(block, { isWritable: true });
}

/** The sum of the bytes before it. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let offset = 0; offset < CHECKSUM; offset++) sum += block[offset] ?? 0;
  return sum & 0xffff;
}
