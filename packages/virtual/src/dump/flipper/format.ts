import { toHex } from "@cardwire/core";
import { reversed } from "../bits.ts";
import { DumpError } from "../errors.ts";
import type {
  ClassicDump,
  DumpIdentityA,
  FelicaLiteDump,
  Iso14443bMemoryDump,
  Iso15693Dump,
  NfcAIdentityDump,
  NfcBIdentityDump,
  TagDump,
  UltralightDump,
} from "../model.ts";
import { FLIPPER_SIZES } from "./classic.ts";
import { FELICA_LITE_BLOCKS } from "./felica.ts";
import { FLIPPER_FILETYPE } from "./parse.ts";
import { FLIPPER_ST25TB } from "./st25tb.ts";
import { FLIPPER_TYPES } from "./ultralight.ts";
import { FlipperWriter } from "./writer.ts";

/**
 * Writes a Flipper `.nfc` file of version 4. The device looks for fields from top to bottom, so their order matters.
 *
 * @throws DumpError NOT_REPRESENTABLE for a tag that the format does not know.
 */
export function formatFlipper(dump: TagDump): string {
  switch (dump.kind) {
    case "mifare-ultralight":
      return ultralight(dump);
    case "mifare-classic":
      return classic(dump);
    case "felica-lite":
      return felicaLite(dump);
    case "iso15693":
      return iso15693(dump);
    case "iso14443b-memory":
      return st25tb(dump);
    case "nfc-a-identity":
      return identityA(dump);
    case "nfc-b-identity":
      return identityB(dump);
    default:
      throw new DumpError("NOT_REPRESENTABLE", `a Flipper file cannot hold ${dump.kind}`);
  }
}

function begin(deviceType: string, uid: Uint8Array): FlipperWriter {
  return new FlipperWriter()
    .field("Filetype", FLIPPER_FILETYPE)
    .field("Version", 4)
    .field("Device type", deviceType)
    .bytes("UID", uid);
}

function beginA(deviceType: string, { uid, atqa, sak }: DumpIdentityA): FlipperWriter {
  return begin(deviceType, uid).bytes("ATQA", reversed(atqa)).byte("SAK", sak);
}

function keyOf<Value>(map: ReadonlyMap<string, Value>, matches: (value: Value) => boolean): string | undefined {
  for (const [key, value] of map) if (matches(value)) return key;
  return undefined;
}

function ultralight(dump: UltralightDump): string {
  const type = keyOf(FLIPPER_TYPES, (product) => product === dump.product);
  if (type === undefined)
    throw new DumpError("NOT_REPRESENTABLE", "a Flipper file names the product, and it is not known");
  const pages = dump.memory.length / 4;
  const firstUnread = dump.unread[0]?.offset ?? dump.memory.length;
  const tail = dump.memory.length - firstUnread;
  if (dump.unread.length > 1 || (dump.unread[0]?.length ?? 0) !== tail || firstUnread % 4 !== 0)
    throw new DumpError("NOT_REPRESENTABLE", "a Flipper file can only say that the last pages were not read");
  const writer = beginA("NTAG/Ultralight", dump)
    .field("Data format version", 2)
    .field("NTAG/Ultralight type", type)
    .bytes("Signature", dump.signature ?? new Uint8Array(32))
    .bytes("Mifare version", dump.version ?? new Uint8Array(8));
  for (const index of [0, 1, 2] as const)
    writer.field(`Counter ${index}`, dump.counters?.[index] ?? 0).byte(`Tearing ${index}`, dump.tearing?.[index] ?? 0);
  writer.field("Pages total", pages).field("Pages read", firstUnread / 4);
  for (let page = 0; page < pages; page++) writer.bytes(`Page ${page}`, dump.memory.subarray(page * 4, page * 4 + 4));
  return writer.field("Failed authentication attempts", dump.failedAuthentications ?? 0).toString();
}

function classic(dump: ClassicDump): string {
  const unread = new Set<number>();
  for (const { offset, length } of dump.unread)
    for (let index = offset; index < offset + length; index++) unread.add(index);
  const writer = beginA("Mifare Classic", dump)
    .field("Mifare Classic type", keyOf(FLIPPER_SIZES, (size) => size === dump.size) ?? "")
    .field("Data format version", 2)
    .comment("?? stands for a byte that was not read");
  for (let offset = 0; offset < dump.memory.length; offset += 16) {
    const pairs = Array.from(dump.memory.subarray(offset, offset + 16), (byte, index) =>
      unread.has(offset + index) ? "??" : toHex(Uint8Array.of(byte)),
    );
    writer.field(`Block ${offset / 16}`, pairs.join(" "));
  }
  return writer.toString();
}

function felicaLite(dump: FelicaLiteDump): string {
  const writer = begin("FeliCa", dump.idm)
    .field("Data format version", 1)
    .bytes("Manufacture id", dump.idm)
    .bytes("Manufacture parameter", dump.pmm)
    .field("Blocks total", dump.blocks.length)
    .field("Blocks read", dump.blocks.filter(({ statusFlag1 }) => statusFlag1 === 0).length);
  for (const [index, block] of dump.blocks.entries()) {
    if (block.number !== FELICA_LITE_BLOCKS[index])
      throw new DumpError(
        "NOT_REPRESENTABLE",
        `a Flipper file has no place for block ${block.number} behind ${index} others`,
      );
    writer.bytes(`Block ${index}`, Uint8Array.of(block.statusFlag1, block.statusFlag2, ...block.data));
  }
  return writer.toString();
}

function iso15693(dump: Iso15693Dump): string {
  if (dump.unread.length > 0) throw new DumpError("NOT_REPRESENTABLE", "a Flipper file cannot leave bytes of it out");
  if (dump.blockLocked.length > 256) throw new DumpError("NOT_REPRESENTABLE", "a Flipper file has at most 256 blocks");
  const { slix } = dump;
  const writer = begin(slix === undefined ? "ISO15693-3" : "SLIX", reversed(dump.uid))
    .byte("DSFID", dump.dsfid)
    .byte("AFI", dump.afi)
    .byte("IC Reference", dump.icReference ?? 0)
    .field("Lock DSFID", dump.dsfidLocked)
    .field("Lock AFI", dump.afiLocked)
    .field("Block Count", dump.blockLocked.length)
    .byte("Block Size", dump.blockBytes)
    .bytes("Data Content", dump.memory)
    .bytes("Security Status", Uint8Array.from(dump.blockLocked, Number));
  if (slix === undefined) return writer.toString();
  writer.field("Capabilities", slix.acceptsAllPasswords ? "AcceptAllPasswords" : "Default");
  const { read, write, privacy, destroy, eas } = slix.passwords;
  if (read) writer.bytes("Password Read", read);
  if (write) writer.bytes("Password Write", write);
  if (privacy) writer.bytes("Password Privacy", privacy);
  if (destroy) writer.bytes("Password Destroy", destroy);
  if (eas) writer.bytes("Password EAS", eas);
  return writer
    .bytes("Signature", slix.signature ?? new Uint8Array(32))
    .field("Privacy Mode", slix.privacyMode)
    .byte("Protection Pointer", slix.protectionPointer ?? 0)
    .byte("Protection Condition", slix.protectionCondition ?? 0)
    .field("Lock EAS", slix.easLocked)
    .field("Lock PPL", slix.protectionLocked)
    .toString();
}

function st25tb(dump: Iso14443bMemoryDump): string {
  const blocks = dump.memory.length / 4;
  const type =
    keyOf(FLIPPER_ST25TB, ({ product }) => product === dump.product) ??
    keyOf(
      FLIPPER_ST25TB,
      (one) => one.blocks === blocks && one.product.startsWith("ST25TB") && one.product !== "ST25TB512-AT",
    );
  if (type === undefined || dump.uid === undefined || dump.systemBlock === undefined)
    throw new DumpError("NOT_REPRESENTABLE", "a Flipper file needs the UID, and 16, 64 or 128 blocks");
  const writer = begin("ST25TB", reversed(dump.uid)).field("ST25TB Type", type);
  for (let block = 0; block < blocks; block++)
    writer.bytes(`Block ${block}`, dump.memory.subarray(block * 4, block * 4 + 4));
  return writer.bytes("System OTP Block", dump.systemBlock).toString();
}

function identityA(dump: NfcAIdentityDump): string {
  if (dump.ats === undefined) return beginA("ISO14443-3A", dump).toString();
  return beginA("ISO14443-4A", dump).bytes("ATS", dump.ats).toString();
}

function identityB(dump: NfcBIdentityDump): string {
  return begin("ISO14443-3B", dump.pupi)
    .bytes("Application data", dump.applicationData)
    .bytes("Protocol info", dump.protocolInfo)
    .toString();
}
