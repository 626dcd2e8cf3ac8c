import { StorageCardStandard } from "@cardwire/atr";
import { toHex } from "@cardwire/core";
import { type TypeBMemoryProduct, TypeBMemoryTag } from "@cardwire/iso14443b";
import type { CardMemory, MemoryArea, MemoryAreaKind, ReadMemoryOptions } from "../memory.ts";
import type { Family, FamilyCallOptions, ProductIdentity } from "./family.ts";

const STANDARDS: readonly number[] = [
  StorageCardStandard.ISO14443B_1,
  StorageCardStandard.ISO14443B_2,
  StorageCardStandard.ISO14443B_3,
];

/** ST's memory cards of ISO/IEC 14443 type B. */
export const iso14443bFamily: Family<"iso14443b", TypeBMemoryTag> = {
  name: "iso14443b",
  accepts: (standard) => STANDARDS.includes(standard),
  open({ connection, dialect }) {
    const tag = new TypeBMemoryTag(connection, { dialect });
    return {
      helper: tag,
      identify: (options) => identify(tag, options),
      memory: { read: (options) => readMemory(tag, options) },
    };
  },
};

async function identify(tag: TypeBMemoryTag, options: FamilyCallOptions): Promise<ProductIdentity | undefined> {
  const { uid, product } = await tag.identify(options);
  if (product === undefined) return undefined;
  const user = userBlocks(product);
  return {
    name: product.name,
    userBytes: (user.last - user.first + 1) * product.blockBytes,
    evidence: `product code in the UID ${toHex(uid, " ")}`,
  };
}

/** A SR176 begins with its UID and ends with its lock register; the others begin with bits and counters. */
function userBlocks({ blocks, hasCounters, systemBlock }: TypeBMemoryProduct): { first: number; last: number } {
  return { first: hasCounters ? 7 : 4, last: Math.min(blocks, systemBlock) - 1 };
}

async function readMemory(tag: TypeBMemoryTag, options: ReadMemoryOptions = {}): Promise<CardMemory> {
  const callOptions = options.signal && { signal: options.signal };
  const { product } = await tag.identify(callOptions);
  if (product === undefined) return { unit: "block", unitBytes: 4, areas: [] };
  const { memory, systemBlock } = await tag.readAll(callOptions);
  const { blockBytes, blocks } = product;
  options.onProgress?.(blocks, blocks);
  const areas: MemoryArea[] = [];
  for (let block = 0; block < blocks; block++) {
    const [name, kind] = nameOf(product, block);
    const before = areas.at(-1);
    const address = before?.name === name ? before.address : block;
    if (before?.name === name) areas.pop();
    const bytes = memory.slice(address * blockBytes, (block + 1) * blockBytes);
    areas.push({ name, kind, address, units: block + 1 - address, bytes });
  }
  if (systemBlock !== undefined)
    areas.push({ name: "lock register", kind: "lock", address: product.systemBlock, units: 1, bytes: systemBlock });
  return { unit: "block", unitBytes: blockBytes, areas };
}

/** SR176, SRIX4K and ST25TB data sheets, memory mapping. */
function nameOf(product: TypeBMemoryProduct, block: number): readonly [name: string, kind: MemoryAreaKind] {
  const user = userBlocks(product);
  if (block >= user.first && block <= user.last) return ["user memory", "user"];
  if (block > user.last) return ["lock register", "lock"];
  if (!product.hasCounters) return ["UID", "identity"];
  return block < 5 ? ["resettable one-time bits", "user"] : [`counter ${block}, down only`, "counter"];
}
