import {
  type TagDump,
  type ClassicDump,
  type Iso14443bMemoryDump,
  type Iso15693Dump,
  type TopazDump,
  type UltralightDump,
} from "../model.ts";
import { equalBytes } from "@cardwire/core";
import { airOrder, isBlank, rangesOf } from "../bits.ts";
import { atqaAsReceived, sizeByBlocks } from "../classic-sizes.ts";
import { pagesOf, productByPages, productByVersion, readablePagesOf } from "../ultralight-products.ts";
import { rawClassic } from "../raw/classic.ts";
import type { JsonFile } from "./json-file.ts";

/**
 * Reads a JSON dump of the Proxmark3 client: "mfu", "mfcard", "mfc v2", "mfc v3", "15693" in all its versions, "14b v2",
 * "topaz".
 *
 * @throws DumpError
 */
export function parseProxmarkJson(file: JsonFile): TagDump {
  const type = file.string("FileType");
  switch (type) {
    case "mfu":
      return parseMfu(file);
    case "mfcard":
    case "mfc v2":
    case "mfc v3":
      return parseMfc(file);
    case "15693":
    case "15693 v2":
    case "15693 v3":
    case "15693 v4":
    case "15693 v5":
      return parse15693(file, type);
    case "14b v2":
      return parse14b(file);
    case "topaz":
      return parseTopaz(file);
    default:
      throw file.error("UNSUPPORTED_KIND", "FileType", `dumps of "${type}" are not read`);
  }
}

function parseMfu(file: JsonFile): UltralightDump {
  const { bytes: memory, unread } = file.blocks(4);
  const version = blankAsAbsent(file.optionalBytes("Card.Version", 8));
  const pages = memory.length / 4;
  const product = (version && productByVersion(version)) ?? productByPages(pages);
  if (pages < 4) throw file.error("DAMAGED", "blocks", `${pages} pages are no tag`);
  if (product !== undefined) {
    if (pages < readablePagesOf(product))
      throw file.error(
        "PARTIAL",
        `blocks.${pages}`,
        `a ${product} has ${readablePagesOf(product)} pages, ${pages} are here`,
      );
    if (pages > pagesOf(product))
      throw file.error("DAMAGED", `blocks.${pagesOf(product)}`, `a ${product} has only ${pagesOf(product)} pages`);
  }
  const uid = Uint8Array.of(...memory.subarray(0, 3), ...memory.subarray(4, 8));
  const said = file.optionalBytes("Card.UID", 7);
  if (said !== undefined && unread.length === 0 && !equalBytes(said, uid))
    throw file.error("DAMAGED", "Card.UID", "is not the one in blocks 0 and 1");
  const counter = (index: number): number => {
    const [low = 0, middle = 0, high = 0] = file.bytes(`Card.Counter${index}`, 3);
    return low | (middle << 8) | (high << 16);
  };
  const hasCounters = file.get("Card.Counter0") !== undefined;
  return {
    kind: "mifare-ultralight",
    product,
    uid,
    // the format has no field for them; all these products answer alike (NXP AN10833)
    atqa: Uint8Array.of(0x44, 0x00),
    sak: 0x00,
    memory,
    unread: rangesOf(unread),
    version,
    signature: blankAsAbsent(file.optionalBytes("Card.Signature", 32)),
    counters: hasCounters ? [counter(0), counter(1), counter(2)] : undefined,
    tearing: hasCounters
      ? [file.byte("Card.Tearing0"), file.byte("Card.Tearing1"), file.byte("Card.Tearing2")]
      : undefined,
    failedAuthentications: undefined,
  };
}

function parseMfc(file: JsonFile): ClassicDump {
  const { bytes: memory, unread } = file.blocks(16);
  const blocks = memory.length / 16;
  const size = sizeByBlocks(blocks);
  if (size === undefined)
    throw file.error("PARTIAL", `blocks.${blocks}`, `no MIFARE Classic has ${blocks} blocks (20, 64, 128 or 256)`);
  // "mfcard" has the first bytes of block 0 under "Card", whatever they are
  if (file.string("FileType") === "mfcard") return rawClassic(memory, size, unread);
  const uid = file.anyBytes("Card.UID");
  if (uid.length !== 4 && uid.length !== 7 && uid.length !== 10)
    throw file.error("DAMAGED", "Card.UID", `has ${uid.length} bytes, not 4, 7 or 10`);
  return {
    kind: "mifare-classic",
    size,
    uid,
    atqa: atqaAsReceived(file.bytes("Card.ATQA", 2)),
    sak: file.byte("Card.SAK"),
    memory,
    unread: rangesOf(unread),
  };
}

function parse15693(file: JsonFile, type: string): Iso15693Dump {
  const common = { kind: "iso15693", unread: [], slix: undefined } as const;
  if (type === "15693") return { ...common, ...nameless15693(file.anyBytes("raw"), 4) };
  if (type === "15693 v2") return { ...common, ...nameless15693(file.blocks(4).bytes, 4) };
  if (type === "15693 v3") return { ...common, ...nameless15693(file.blocks(8).bytes, 8) };

  const blockBytes = file.byte("Card.bytesperpage");
  const countBytes = file.bytes("Card.pagescount", type === "15693 v5" ? 2 : 1);
  const count = (countBytes[0] ?? 0) | ((countBytes[1] ?? 0) << 8);
  const { bytes: memory, unread } = file.blocks(blockBytes);
  const found = memory.length / blockBytes;
  if (found !== count)
    throw file.error(
      found < count ? "PARTIAL" : "DAMAGED",
      "Card.pagescount",
      `says ${count} blocks, ${found} are in the file`,
    );
  const locks = file.optionalBytes("Card.locks", count);
  return {
    ...common,
    // the client keeps it as the air sends it
    uid: airOrder(file.bytes("Card.uid", 8), 0xe0),
    dsfid: file.optionalByte("Card.dsfid") ?? 0,
    afi: file.optionalByte("Card.afi") ?? 0,
    icReference: file.optionalByte("Card.ic"),
    dsfidLocked: (file.optionalByte("Card.dsfidlock") ?? 0) !== 0,
    afiLocked: (file.optionalByte("Card.afilock") ?? 0) !== 0,
    blockBytes,
    memory,
    unread: rangesOf(unread),
    blockLocked: Array.from({ length: count }, (_, index) => ((locks?.[index] ?? 0) & 1) === 1),
  };
}

/** The first versions of the format had the memory and nothing else, not even a UID. */
function nameless15693(memory: Uint8Array, blockBytes: number): Omit<Iso15693Dump, "kind" | "unread" | "slix"> {
  return {
    uid: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0xe0),
    dsfid: 0,
    afi: 0,
    icReference: undefined,
    dsfidLocked: false,
    afiLocked: false,
    blockBytes,
    memory,
    blockLocked: Array.from({ length: Math.floor(memory.length / blockBytes) }, () => false),
  };
}

function parse14b(file: JsonFile): Iso14443bMemoryDump {
  const { bytes } = file.blocks(4);
  const blocks = bytes.length / 4 - 1;
  // the commonest product of that size
  const product = { 16: "SRIX512", 64: "ST25TB02K", 128: "SRIX4K" }[blocks];
  if (product === undefined)
    throw file.error("UNSUPPORTED_KIND", "blocks", `no tag with ${blocks} blocks and a system block is known`);
  // the last block in the file is block FF of the tag; the UID is not in it
  return {
    kind: "iso14443b-memory",
    product,
    uid: undefined,
    memory: bytes.slice(0, -4),
    systemBlock: bytes.slice(-4),
  };
}

function parseTopaz(file: JsonFile): TopazDump {
  const { bytes: memory } = file.blocks(8);
  // the client writes the one name and reads the other
  const header = file.bytes(file.get("Card.H0R1") === undefined ? "Card.HR01" : "Card.H0R1", 2);
  const [low = 0, high = 0] = file.bytes("Card.Size", 2);
  const size = low | (high << 8);
  const unread = size > memory.length ? [{ offset: memory.length, length: size - memory.length }] : [];
  if (unread.length > 0 && !file.allowPartial)
    throw file.error("PARTIAL", "Card.Size", `says ${size} bytes, ${memory.length} are in the file`);
  const whole = new Uint8Array(Math.max(size, memory.length));
  whole.set(memory);
  return {
    kind: "topaz",
    uid: file.bytes("Card.UID", 7),
    hr0: header[0] ?? 0,
    hr1: header[1] ?? 0,
    memory: whole,
    unread,
  };
}

function blankAsAbsent(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined || isBlank(bytes) ? undefined : bytes;
}
