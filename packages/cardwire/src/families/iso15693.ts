import { StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { concatBytes } from "@cardwire/core";
import { isType5Error, MANUFACTURER, Type5Tag } from "@cardwire/iso15693";
import { isTagAccessError } from "@cardwire/storage-card/tag-access";
import type { CardMemory, MemoryArea, ReadMemoryOptions } from "../memory.ts";
import type { CardFindings, Family, FamilyCallOptions, ProductIdentity } from "./family.ts";

const STANDARDS: readonly number[] = [
  StorageCardStandard.ISO15693_1,
  StorageCardStandard.ISO15693_2,
  StorageCardStandard.ISO15693_3,
  StorageCardStandard.ISO15693_4,
];
/** Names that readers also give under other standard bytes. */
const NAMES: readonly number[] = [StorageCardName.ICODE_SLI, StorageCardName.ICODE_SL2, StorageCardName.TAG_IT];
/** First byte of a capability container with one and with two byte addresses (NFC Forum Type 5 section 4.3). */
const CAPABILITY_MAGIC: readonly number[] = [0xe1, 0xe2];

/** ISO/IEC 15693 tags. */
export const iso15693Family: Family<"iso15693", Type5Tag> = {
  name: "iso15693",
  accepts: (standard, cardName) => STANDARDS.includes(standard) || NAMES.includes(cardName),
  open({ connection, dialect }) {
    const tag = new Type5Tag(connection, { dialect });
    return {
      helper: tag,
      identify: (options) => identify(tag, options),
      inspect: (options) => inspect(tag, options),
      memory: { read: (options) => readMemory(tag, options) },
      ndef: tag.ndef,
    };
  },
};

async function identify(tag: Type5Tag, options: FamilyCallOptions): Promise<ProductIdentity | undefined> {
  try {
    const { uid, blocks, blockBytes, icReference } = await tag.systemInformation(options);
    const name = icodeName(uid);
    const ic = icReference === undefined ? "" : `, IC reference ${icReference.toString(16).padStart(2, "0")}`;
    return {
      ...(name && { name }),
      evidence: `GET SYSTEM INFORMATION: ${blocks ?? "?"} blocks of ${blockBytes ?? "?"} bytes${ic}`,
      ...(blocks === undefined || blockBytes === undefined ? undefined : { userBytes: blocks * blockBytes }),
    };
  } catch (error) {
    if (isTagAccessError(error) || isType5Error(error)) return undefined;
    throw error;
  }
}

/** ICODE products of type 1, by two bits of the UID (ICODE SLIX and SLIX2 data sheets, section 8.2.4). */
const ICODE_NAMES = ["ICODE SLI", "ICODE SLIX2", "ICODE SLIX", "ICODE DNA"] as const;
const ICODE_TYPE = 0x01;

/** @param uid least significant byte first. */
function icodeName(uid: Uint8Array): string | undefined {
  if (uid[6] !== MANUFACTURER.NXP || uid[5] !== ICODE_TYPE) return undefined;
  return ICODE_NAMES[((uid[4] ?? 0) >> 3) & 3];
}

async function inspect(tag: Type5Tag, options: FamilyCallOptions): Promise<CardFindings> {
  try {
    const { blocks, blockBytes } = await tag.systemInformation(options);
    if (blocks === undefined || blockBytes === undefined) return {};
    const locks = await tag.readLocks(0, blocks, options);
    return { memoryBytes: blocks * blockBytes, isLocked: locks.includes(true) };
  } catch (error) {
    if (isTagAccessError(error) || isType5Error(error)) return {};
    throw error;
  }
}

async function readMemory(tag: Type5Tag, options: ReadMemoryOptions = {}): Promise<CardMemory> {
  const { blockBytes, blocks } = await tag.readAll(options.signal && { signal: options.signal });
  options.onProgress?.(blocks.length, blocks.length);
  const areas: MemoryArea[] = [];
  const hasContainer = CAPABILITY_MAGIC.includes(blocks[0]?.[0] ?? 0);
  for (let first = 0; first < blocks.length;) {
    const isContainer = first === 0 && hasContainer;
    let end = first + 1;
    while (!isContainer && end < blocks.length && (blocks[end] === undefined) === (blocks[first] === undefined)) end++;
    const bytes = blocks.slice(first, end).filter((block) => block !== undefined);
    areas.push({
      name: isContainer ? "capability container" : "user memory",
      kind: isContainer ? "capability" : "user",
      address: first,
      units: end - first,
      ...(bytes.length === 0 ? { problem: "protected" } : { bytes: concatBytes(...bytes) }),
    });
    first = end;
  }
  return { unit: "block", unitBytes: blockBytes, areas };
}
