import { FelicaError, type FelicaTag, isFelicaError, LITE_SERVICE } from "@cardwire/felica";
import { encodeNdefMessage, NdefError, parseNdefMessage } from "@cardwire/ndef";
import type { TapNdef } from "../tap-ndef.ts";
import type { FamilyCallOptions } from "./family.ts";

/** The attribute information block, block 0 (NFC Forum Type 3 Tag specification 1.0, section 7.1.3). */
export interface Type3Attributes {
  /** The most blocks that hold NDEF data. */
  readonly maxBlocks: number;
  /** A write has begun and not ended: what is there is no message. */
  readonly isBeingWritten: boolean;
  readonly isWritable: boolean;
  readonly messageBytes: number;
}

const BLOCK_BYTES = 16;
const KNOWN_MAJOR_VERSION = 1;
const WRITE_FLAG = 9;
const LENGTH = 11;
const CHECKSUM = 14;
const WRITE_IN_PROGRESS = 0x0f;

/** Reads block 0; `undefined` when it holds no attributes: another version, or a checksum that does not fit. */
export function parseType3Attributes(block: Uint8Array): Type3Attributes | undefined {
  const byte = (offset: number): number => block[offset] ?? 0;
  if (block.length !== BLOCK_BYTES || byte(0) >> 4 !== KNOWN_MAJOR_VERSION) return undefined;
  if (checksum(block) !== ((byte(CHECKSUM) << 8) | byte(CHECKSUM + 1))) return undefined;
  return {
    maxBlocks: (byte(3) << 8) | byte(4),
    isBeingWritten: byte(WRITE_FLAG) !== 0,
    isWritable: byte(10) === 1,
    messageBytes: (byte(LENGTH) << 16) | (byte(LENGTH + 1) << 8) | byte(LENGTH + 2),
  };
}

/** NDEF on a FeliCa card: the first services without authentication, as every Type 3 tag has them. */
export function type3Ndef(tag: FelicaTag): TapNdef {
  return {
    async read(options) {
      const found = await readAttributes(tag, options);
      if (found === undefined) return undefined;
      const { messageBytes, isBeingWritten, maxBlocks } = found.attributes;
      if (isBeingWritten || messageBytes === 0) return { records: [] };
      const blocks = Math.ceil(messageBytes / BLOCK_BYTES);
      if (blocks > maxBlocks)
        throw new NdefError("TOO_LONG", `${messageBytes} bytes, ${maxBlocks * BLOCK_BYTES} fit`, { field: "Ln" });
      const bytes = await tag.readBlocks(LITE_SERVICE.READ_ONLY, numbers(blocks), options);
      return parseNdefMessage(bytes.subarray(0, messageBytes));
    },

    async write(source, options) {
      const message = encodeNdefMessage(source);
      const found = await readAttributes(tag, options);
      if (found === undefined) throw new FelicaError("NOT_SUPPORTED", "the card is not formatted for NDEF");
      const { attributes, block } = found;
      if (!attributes.isWritable) throw new FelicaError("NOT_SUPPORTED", "the card's NDEF is read-only");
      const blocks = Math.ceil(message.length / BLOCK_BYTES);
      if (blocks > attributes.maxBlocks)
        throw new NdefError("TOO_LONG", `${message.length} bytes, ${attributes.maxBlocks * BLOCK_BYTES} fit`, {
          field: "NDEF message",
        });
      // section 7.4.3: the flag first, the data, then length and flag together
      await writeAttributes(tag, block, WRITE_IN_PROGRESS, attributes.messageBytes, options);
      if (blocks > 0) {
        const data = new Uint8Array(blocks * BLOCK_BYTES);
        data.set(message);
        await tag.writeBlocks(LITE_SERVICE.READ_WRITE, numbers(blocks), data, options);
      }
      await writeAttributes(tag, block, 0, message.length, options);
    },
  };
}

/** NDEF data begin with block 1. */
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

async function readAttributes(
  tag: FelicaTag,
  options?: FamilyCallOptions,
): Promise<{ readonly block: Uint8Array; readonly attributes: Type3Attributes } | undefined> {
  try {
    const block = await tag.readBlocks(LITE_SERVICE.READ_ONLY, [0], options);
    const attributes = parseType3Attributes(block);
    return attributes && { block, attributes };
  } catch (error) {
    // a card without the service, or with a key before it
    if (isFelicaError(error, "CARD_STATUS")) return undefined;
    throw error;
  }
}

async function writeAttributes(
  tag: FelicaTag,
  before: Uint8Array,
  writeFlag: number,
  messageBytes: number,
  options?: FamilyCallOptions,
): Promise<void> {
  const block = before.slice();
  block[WRITE_FLAG] = writeFlag;
  block.set([messageBytes >> 16, (messageBytes >> 8) & 0xff, messageBytes & 0xff], LENGTH);
  const sum = checksum(block);
  block.set([sum >> 8, sum & 0xff], CHECKSUM);
  await tag.writeBlocks(LITE_SERVICE.READ_WRITE, [0], block, options);
}

/** The sum of the bytes before it. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let offset = 0; offset < CHECKSUM; offset++) sum += block[offset] ?? 0;
  return sum & 0xffff;
}
