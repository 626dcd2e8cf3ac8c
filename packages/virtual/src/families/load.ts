import { isFormatError } from "@cardwire/core";
import { DumpError, type DumpErrorPlace } from "../dump/errors.ts";
import { MAY_BE_UNREAD } from "../dump/flipper/felica.ts";
import type { FelicaLiteDump, TagDump } from "../dump/model.ts";
import { readablePagesOf } from "../dump/ultralight-products.ts";
import type { DumpTag, SiliconOptions } from "./family.ts";
import { loadFelicaLite, loadFelicaStandard } from "./felica.ts";
import { loadIso14443bMemory } from "./iso14443b.ts";
import { loadIdentityA, loadIdentityB, loadType4 } from "./iso-dep.ts";
import { loadIso15693 } from "./iso15693.ts";
import { loadMifareClassic } from "./mifare-classic.ts";
import { loadMifareUltralight } from "./mifare-ultralight.ts";
import { loadTopaz } from "./topaz.ts";

/** How a dump becomes a tag. */
export interface LoadTagOptions extends SiliconOptions {
  /** What stands in for bytes that were never read, 0–255. A dump with such bytes is refused unless it is given. */
  readonly fillUnread?: number;
}

/**
 * Makes the silicon of a dump, to be put into a virtual field.
 *
 * @throws DumpError NO_SILICON for a kind of tag that is read but not simulated, and for a file of keys; PARTIAL for a
 * tag that was not read whole; DAMAGED where the memory is not one that such a tag has.
 */
export function loadTag(dump: TagDump, options: LoadTagOptions = {}): DumpTag {
  const whole = filled(dump, options.fillUnread);
  try {
    return load(whole, options);
  } catch (cause) {
    if (isFormatError(cause)) throw new DumpError("DAMAGED", cause.message, { field: cause.field, cause });
    throw cause;
  }
}

function load(dump: TagDump, options: SiliconOptions): DumpTag {
  switch (dump.kind) {
    case "mifare-ultralight":
      return loadMifareUltralight(dump, options);
    case "felica-lite":
      return loadFelicaLite(dump);
    case "felica-standard":
      return loadFelicaStandard(dump);
    case "iso15693":
      return loadIso15693(dump, options);
    case "iso14443b-memory":
      return loadIso14443bMemory(dump);
    case "mifare-classic":
      return loadMifareClassic(dump);
    case "topaz":
      return loadTopaz(dump);
    case "type4":
      return loadType4(dump);
    case "nfc-a-identity":
      return loadIdentityA(dump);
    case "nfc-b-identity":
      return loadIdentityB(dump);
    case "mifare-classic-keys":
      throw new DumpError("NO_SILICON", "a file of keys holds no tag");
  }
}

function filled(dump: TagDump, fill: number | undefined): TagDump {
  if (dump.kind === "felica-lite") return filledBlocks(dump, fill);
  if (!("unread" in dump)) return dump;
  const { unread } = dump;
  // what a tag never shows is no gap: the family knows what stands there
  const readable = dump.kind === "mifare-ultralight" && dump.product ? readablePagesOf(dump.product) * 4 : Infinity;
  const [first] = unread;
  if (first === undefined || first.offset >= readable) return dump;
  if (fill === undefined) throw notWhole({ offset: first.offset });
  const memory = dump.memory.slice();
  for (const { offset, length } of unread) memory.fill(fill, offset, offset + length);
  return { ...dump, memory, unread: [] };
}

function filledBlocks(dump: FelicaLiteDump, fill: number | undefined): FelicaLiteDump {
  return {
    ...dump,
    blocks: dump.blocks.map((block) => {
      if (block.statusFlag1 === 0 || MAY_BE_UNREAD.has(block.number)) return block;
      if (fill === undefined) throw notWhole({ field: `block ${block.number.toString(16)}` });
      return { ...block, statusFlag1: 0, statusFlag2: 0, data: new Uint8Array(16).fill(fill) };
    }),
  };
}

function notWhole(place: DumpErrorPlace): DumpError {
  return new DumpError("PARTIAL", "some of the tag was not read: say what is to stand in for it", place);
}
