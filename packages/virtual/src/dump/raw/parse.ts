import { rangesOf } from "../bits.ts";
import { CLASSIC_SIZES, sizeByBlocks, sizeBySectors } from "../classic-sizes.ts";
import { DumpError } from "../errors.ts";
import type { ClassicKeysDump, TagDump, UltralightDump } from "../model.ts";
import { productByPages, productByVersion } from "../ultralight-products.ts";
import { rawClassic } from "./classic.ts";
import { mfuHeader, MFU_HEADER_BYTES, MFU_OLD_HEADER_BYTES } from "../proxmark/mfu-binary.ts";

/** What a file of bytes and nothing else is read with. */
export interface RawReadOptions {
  readonly fileName?: string | undefined;
  /** Indices of bytes that were never read. */
  readonly unread?: readonly number[];
}

/**
 * Reads a memory that comes without a word about what it is: its length tells, and the check bytes of its UID.
 *
 * @throws DumpError UNKNOWN_FORMAT
 */
export function parseRaw(bytes: Uint8Array, options: RawReadOptions = {}): TagDump {
  const { unread = [] } = options;
  if (hasUltralightUid(bytes, 0) && productByPages(bytes.length / 4) !== undefined) return ultralight(bytes, unread);
  if (unread.length === 0)
    for (const headerBytes of [MFU_HEADER_BYTES, MFU_OLD_HEADER_BYTES])
      if (hasUltralightUid(bytes, headerBytes) && (bytes.length - headerBytes) % 4 === 0)
        return withHeader(bytes, headerBytes);
  const size = sizeByBlocks(bytes.length / 16);
  if (size !== undefined) return rawClassic(bytes, size, unread);
  const keySize = sizeBySectors(bytes.length / 12);
  if (keySize !== undefined && unread.length === 0) return keys(bytes, keySize);
  if (productByPages(bytes.length / 4) !== undefined) {
    // no other tag has so much memory, so it is one whose UID is wrong
    const isFirst = (bytes[3] ?? 0) !== (0x88 ^ (bytes[0] ?? 0) ^ (bytes[1] ?? 0) ^ (bytes[2] ?? 0));
    const offset = isFirst || bytes.subarray(0, 3).every((byte) => byte === 0) ? 3 : 8;
    throw new DumpError("DAMAGED", "is not the check byte of the UID", {
      field: offset === 3 ? "BCC0" : "BCC1",
      offset,
    });
  }
  throw new DumpError("UNKNOWN_FORMAT", `${bytes.length} bytes are the memory of no tag that is known`, {
    field: options.fileName,
  });
}

/** Check bytes of a double-size UID: cascade tag 88 and three bytes, then four (ISO/IEC 14443-3 section 6.5.4). */
function hasUltralightUid(bytes: Uint8Array, start: number): boolean {
  if (bytes.length < start + 16) return false;
  const at = (index: number): number => bytes[start + index] ?? 0;
  const blank = at(0) === 0 && at(1) === 0 && at(2) === 0;
  return !blank && (0x88 ^ at(0) ^ at(1) ^ at(2)) === at(3) && (at(4) ^ at(5) ^ at(6) ^ at(7)) === at(8);
}

function ultralight(memory: Uint8Array, unread: readonly number[]): UltralightDump {
  return {
    kind: "mifare-ultralight",
    product: productByPages(memory.length / 4),
    uid: Uint8Array.of(...memory.subarray(0, 3), ...memory.subarray(4, 8)),
    atqa: Uint8Array.of(0x44, 0x00),
    sak: 0x00,
    memory: memory.slice(),
    unread: rangesOf(unread),
    version: undefined,
    signature: undefined,
    counters: undefined,
    tearing: undefined,
    failedAuthentications: undefined,
  };
}

function withHeader(bytes: Uint8Array, headerBytes: number): UltralightDump {
  const header = mfuHeader(bytes.subarray(0, headerBytes));
  const bare = ultralight(bytes.subarray(headerBytes), []);
  return { ...bare, ...header, product: (header.version && productByVersion(header.version)) ?? bare.product };
}

function keys(bytes: Uint8Array, size: ClassicKeysDump["size"]): ClassicKeysDump {
  const { sectors } = CLASSIC_SIZES[size];
  const keyAt = (index: number): Uint8Array => bytes.slice(index * 6, index * 6 + 6);
  return {
    kind: "mifare-classic-keys",
    size,
    keysA: Array.from({ length: sectors }, (_, sector) => keyAt(sector)),
    keysB: Array.from({ length: sectors }, (_, sector) => keyAt(sectors + sector)),
  };
}
