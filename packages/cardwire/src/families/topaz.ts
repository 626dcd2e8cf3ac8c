import { StorageCardName } from "@cardwire/atr";
import { isTagAccessError } from "@cardwire/storage-card/tag-access";
import { isType1Error, Type1Tag } from "@cardwire/topaz";
import type { CardMemory, MemoryArea, MemoryAreaKind, ReadMemoryOptions } from "../memory.ts";
import type { CardFindings, Family, FamilyCallOptions, ProductIdentity } from "./family.ts";

/** What the ACR122U calls Topaz and Jewel. */
const ACR122U_NAME = 0xf004;
const NAMES: readonly number[] = [StorageCardName.JEWEL, StorageCardName.TOPAZ, ACR122U_NAME];

const BLOCK_BYTES = 8;
/** Blocks 0, D and E, and F of dynamic memory, are not the user's. */
const STATIC_OVERHEAD = 3 * BLOCK_BYTES;
const DYNAMIC_OVERHEAD = 4 * BLOCK_BYTES;
const STATIC_BYTES = 120;
/** Addresses of the lock bytes. */
const STATIC_LOCKS = 112;
const DYNAMIC_LOCKS = 122;
const CAPABILITY_MAGIC = 0xe1;

/** Jewel and Topaz. */
export const topazFamily: Family<"topaz", Type1Tag> = {
  name: "topaz",
  accepts: (_, cardName) => NAMES.includes(cardName),
  open({ connection, dialect }) {
    const tag = new Type1Tag(connection, { dialect });
    return {
      helper: tag,
      identify: (options) => identify(tag, options),
      inspect: async (options) => inspect(await tag.readAll(options)),
      memory: { read: (options) => readMemory(tag, options) },
      ndef: tag.ndef,
    };
  },
};

async function identify(tag: Type1Tag, options: FamilyCallOptions): Promise<ProductIdentity | undefined> {
  try {
    const { hr0, hr1, product } = await tag.identify(options);
    const evidence = `header ROM ${hex(hr0)} ${hex(hr1)}`;
    if (product === undefined) return { evidence };
    const overhead = product.memoryBytes > STATIC_BYTES ? DYNAMIC_OVERHEAD : STATIC_OVERHEAD;
    return { name: product.name, userBytes: product.memoryBytes - overhead, evidence };
  } catch (error) {
    if (isTagAccessError(error) || isType1Error(error)) return undefined;
    throw error;
  }
}

/** Lock bits: block E, and F of dynamic memory; blocks 0, D and E are locked by the factory. */
function inspect(memory: Uint8Array): CardFindings {
  const [low = 0, high = 0] = memory.subarray(STATIC_LOCKS);
  const dynamic = memory.length > STATIC_BYTES ? memory.subarray(DYNAMIC_LOCKS, DYNAMIC_LOCKS + 6) : [];
  const isLocked = (low & 0xfe) !== 0 || (high & 0x1f) !== 0 || dynamic.some((byte) => byte !== 0);
  return { memoryBytes: memory.length, isLocked };
}

async function readMemory(tag: Type1Tag, options: ReadMemoryOptions = {}): Promise<CardMemory> {
  const bytes = await tag.readAll(options.signal && { signal: options.signal });
  const blocks = bytes.length / BLOCK_BYTES;
  options.onProgress?.(blocks, blocks);
  const isFormatted = bytes[BLOCK_BYTES] === CAPABILITY_MAGIC;
  const areas: MemoryArea[] = [];
  for (let block = 0; block < blocks; block++) {
    const [name, kind] = nameOf(block, isFormatted);
    const before = areas.at(-1);
    const address = before?.name === name ? before.address : block;
    const units = block + 1 - address;
    if (before?.name === name) areas.pop();
    const area = bytes.slice(address * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    areas.push({ name, kind, address, units, bytes: area });
  }
  return { unit: "block", unitBytes: BLOCK_BYTES, areas };
}

/** Type 1 Tag specification 1.2, section 4. */
function nameOf(block: number, isFormatted: boolean): readonly [name: string, kind: MemoryAreaKind] {
  switch (block) {
    case 0x00:
      return ["UID", "identity"];
    case 0x01:
      return isFormatted ? ["capability container, user memory", "capability"] : ["user memory", "user"];
    case 0x0d:
      return ["reserved", "reserved"];
    case 0x0e:
      return ["lock bytes, one-time programmable bytes", "lock"];
    case 0x0f:
      return ["dynamic lock bytes", "lock"];
    default:
      return ["user memory", "user"];
  }
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
