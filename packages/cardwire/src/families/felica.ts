import { StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { concatBytes, toHex } from "@cardwire/core";
import { type FelicaIdentity, FelicaTag, isFelicaError, LITE_BLOCK, LITE_SERVICE, LITE_SYSTEM } from "@cardwire/felica";
import { isTagAccessError } from "@cardwire/storage-card/tag-access";
import type { CardMemory, MemoryArea, MemoryAreaKind, ReadMemoryOptions } from "../memory.ts";
import type { CardFindings, Family, FamilyCallOptions, ProductIdentity } from "./family.ts";

/** What the ACR122U calls FeliCa at 212 and 424 kbit/s, under the standard byte of type A. */
const ACR122U_NAMES: readonly number[] = [0xf011, 0xf012];
const BLOCK_BYTES = 16;
/** Every card gives so many blocks at once. */
const BLOCKS_PER_READ = 4;
/** Status flag 2 (FeliCa Lite-S user's manual, section 4.5). */
const NO_SUCH_BLOCK = 0xa8;
const NEEDS_AUTHENTICATION = 0xb1;

/** FeliCa Standard, Lite and Lite-S. */
export const felicaFamily: Family<"felica", FelicaTag> = {
  name: "felica",
  accepts: (standard, cardName) =>
    standard === StorageCardStandard.FELICA || cardName === StorageCardName.FELICA || ACR122U_NAMES.includes(cardName),
  open({ connection, dialect }) {
    const tag = new FelicaTag(connection, { dialect });
    return {
      helper: tag,
      identify: (options) => identify(tag, options),
      inspect: (options) => inspect(tag, options),
      memory: { read: (options) => readMemory(tag, options) },
      ndef: tag.ndef,
    };
  },
};

const LITE_PRODUCTS = { lite: "FeliCa Lite", "lite-s": "FeliCa Lite-S" } as const;
/** S_PAD0 to S_PAD13. */
const LITE_USER_BYTES = (LITE_BLOCK.S_PAD13 + 1) * BLOCK_BYTES;

async function identify(tag: FelicaTag, options: FamilyCallOptions): Promise<ProductIdentity | undefined> {
  try {
    const identity = await tag.poll(undefined, options);
    const { product, pmm, systemCode } = identity;
    const evidence = `PMm ${toHex(pmm, " ")}, system code ${systemCode.toString(16).toUpperCase().padStart(4, "0")}`;
    if (!isLite(identity)) return { evidence };
    return {
      name: product === "other" ? "FeliCa Lite or Lite-S" : LITE_PRODUCTS[product],
      userBytes: LITE_USER_BYTES,
      evidence,
    };
  } catch (error) {
    // a reader that carries no frames, or a card that answers no poll once it is activated
    if (isTagAccessError(error) || isFelicaError(error)) return undefined;
    throw error;
  }
}

/** The IC code of the PMm tells, and so does the system code, which no other card has. */
function isLite({ product, systemCode }: FelicaIdentity): boolean {
  return product !== "other" || systemCode === LITE_SYSTEM.LITE;
}

/** What the memory configuration of a Lite or Lite-S says (FeliCa Lite-S user's manual, section 4.8). */
async function inspect(tag: FelicaTag, options: FamilyCallOptions): Promise<CardFindings> {
  try {
    const mc = await tag.readBlocks(LITE_SERVICE.READ_ONLY, [LITE_BLOCK.MC], options);
    const userBlocks = (mc[0] ?? 0) | (((mc[1] ?? 0) & 0x3f) << 8);
    const restricted = mc.subarray(6, 12).some((byte) => byte !== 0);
    return { memoryBytes: LITE_USER_BYTES, isLocked: userBlocks !== 0x3fff, isProtected: restricted };
  } catch (error) {
    // a FeliCa Standard has no such block
    if (isTagAccessError(error) || isFelicaError(error)) return {};
    throw error;
  }
}

/** Blocks of a Lite or Lite-S beside the user's (FeliCa Lite-S user's manual, section 4.1). */
const LITE_NAMES: readonly (readonly [block: number, name: string, kind: MemoryAreaKind])[] = [
  [LITE_BLOCK.REG, "REG: subtractive registers", "counter"],
  [LITE_BLOCK.ID, "ID", "identity"],
  [LITE_BLOCK.D_ID, "D_ID: IDm, PMm", "identity"],
  [LITE_BLOCK.SER_C, "SER_C: service code", "system"],
  [LITE_BLOCK.SYS_C, "SYS_C: system code", "system"],
  [LITE_BLOCK.CKV, "CKV: card key version", "configuration"],
  [LITE_BLOCK.MC, "MC: memory configuration", "configuration"],
  [LITE_BLOCK.WCNT, "WCNT: write counter", "counter"],
  [LITE_BLOCK.STATE, "STATE: authentication", "configuration"],
  [LITE_BLOCK.CRC_CHECK, "CRC_CHECK", "system"],
];

async function readMemory(tag: FelicaTag, options: ReadMemoryOptions = {}): Promise<CardMemory> {
  const identity = await tag.poll(undefined, options.signal && { signal: options.signal });
  // which services a Standard card has is its issuer's secret: nothing can be read without knowing one
  if (!isLite(identity)) return { unit: "block", unitBytes: BLOCK_BYTES, areas: [] };

  const named = new Map<number, NamedBlock>(LITE_NAMES.map(([block, name, kind]) => [block, { name, kind }]));
  for (let block = 0; block <= LITE_BLOCK.S_PAD13; block++) named.set(block, { name: "S_PAD", kind: "user" });
  const numbers = [...named.keys()].sort((a, b) => a - b);
  const areas: MemoryArea[] = [];
  for (let at = 0; at < numbers.length; at += BLOCKS_PER_READ) {
    const group = numbers.slice(at, at + BLOCKS_PER_READ);
    for (const [block, content] of await readGroup(tag, group, options.signal)) {
      const { name, kind } = named.get(block) ?? SYSTEM;
      append(areas, { name, kind, address: block, units: 1, ...content });
    }
    options.onProgress?.(Math.min(at + BLOCKS_PER_READ, numbers.length), numbers.length);
  }
  return { unit: "block", unitBytes: BLOCK_BYTES, areas };
}

type NamedBlock = Pick<MemoryArea, "name" | "kind">;
type Content = { readonly bytes: Uint8Array } | { readonly problem: string };
const SYSTEM: NamedBlock = { name: "reserved", kind: "reserved" };

/** Four blocks at once; one by one where the card refuses them. Blocks that it does not have are left out. */
async function readGroup(
  tag: FelicaTag,
  blocks: readonly number[],
  signal: AbortSignal | undefined,
): Promise<(readonly [block: number, content: Content])[]> {
  try {
    const bytes = await tag.readBlocks(LITE_SERVICE.READ_ONLY, blocks, signal && { signal });
    return blocks.map((block, index) => [
      block,
      { bytes: bytes.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES) },
    ]);
  } catch (error) {
    if (!isFelicaError(error, "CARD_STATUS")) throw error;
    const [only] = blocks;
    if (blocks.length === 1 && only !== undefined) {
      const flag2 = (error.statusFlags ?? 0) & 0xff;
      if (flag2 === NO_SUCH_BLOCK) return [];
      return [[only, { problem: flag2 === NEEDS_AUTHENTICATION ? "needs authentication" : error.message }]];
    }
    const groups: (readonly [number, Content])[] = [];
    for (const block of blocks) groups.push(...(await readGroup(tag, [block], signal)));
    return groups;
  }
}

/** Adds a block to the area before it where both belong together. */
function append(areas: MemoryArea[], block: MemoryArea): void {
  const last = areas.at(-1);
  const follows = last?.name === block.name && last.address + last.units === block.address;
  if (!follows || last.problem !== block.problem) areas.push(block);
  else
    areas[areas.length - 1] = {
      ...last,
      units: last.units + 1,
      ...(last.bytes && block.bytes && { bytes: concatBytes(last.bytes, block.bytes) }),
    };
}
