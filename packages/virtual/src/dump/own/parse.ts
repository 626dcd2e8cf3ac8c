import { concatBytes } from "@cardwire/core";
import { type UltralightProductName, ultralightProducts } from "@cardwire/mifare-ultralight";
import { CLASSIC_SIZES } from "../classic-sizes.ts";
import type {
  ClassicDump,
  ClassicDumpSize,
  ClassicKeysDump,
  DumpIdentityA,
  FelicaLiteDump,
  FelicaStandardDump,
  Iso14443bMemoryDump,
  Iso15693Dump,
  NfcAIdentityDump,
  NfcBIdentityDump,
  SlixFacts,
  TagDump,
  TopazDump,
  Type4Dump,
  UltralightDump,
  UnreadRange,
} from "../model.ts";
import type { JsonFile } from "../proxmark/json-file.ts";
import { readablePagesOf } from "../ultralight-products.ts";
import { OwnFields } from "./fields.ts";
import { OWN_FORMAT, OWN_VERSION } from "./format.ts";

const WORD = 0xffff;
const MOST_MEMORY_BYTES = 1 << 16;

/** True for a file that {@link formatOwnJson} has written. */
export function isOwnJson(file: JsonFile): boolean {
  return file.get("format") === OWN_FORMAT;
}

/** Reads a file that {@link formatOwnJson} has written. @throws DumpError */
export function parseOwnJson(file: JsonFile): TagDump {
  const version = file.get("version");
  if (version !== OWN_VERSION)
    throw file.error("UNSUPPORTED_VERSION", "version", `${String(version)} is not ${OWN_VERSION}`);
  const fields = new OwnFields(file, "tag");
  const kind = file.string("kind");
  switch (kind) {
    case "mifare-ultralight":
      return ultralight(fields);
    case "mifare-classic":
      return classic(fields);
    case "mifare-classic-keys":
      return classicKeys(fields);
    case "felica-lite":
      return felicaLite(fields);
    case "felica-standard":
      return felicaStandard(fields);
    case "iso15693":
      return iso15693(fields);
    case "iso14443b-memory":
      return iso14443b(fields);
    case "topaz":
      return topaz(fields);
    case "type4":
      return type4(fields);
    case "nfc-a-identity":
      return identityA(fields);
    case "nfc-b-identity":
      return identityB(fields);
    default:
      throw file.error("UNSUPPORTED_KIND", "kind", `dumps of "${kind}" are not read`);
  }
}

/** The memory and what of it was not read, in whole units. */
function memory(fields: OwnFields, unitBytes: number): { memory: Uint8Array; unread: UnreadRange[] } {
  const bytes = memoryBytes(fields, unitBytes);
  return { memory: bytes, unread: fields.unread(bytes.length) };
}

function memoryBytes(fields: OwnFields, unitBytes: number): Uint8Array {
  const bytes = concatBytes(...fields.byteLines("memory"));
  if (bytes.length === 0 || bytes.length % unitBytes !== 0 || bytes.length > MOST_MEMORY_BYTES)
    throw fields.damaged("memory", `${bytes.length} bytes are no memory in units of ${unitBytes}`);
  return bytes;
}

/** @param mayBeMissing the first byte that no reader can be blamed for. */
function requireWhole(fields: OwnFields, unread: readonly UnreadRange[], mayBeMissing = Infinity): void {
  const [first] = unread;
  if (first !== undefined && first.offset < mayBeMissing && !fields.allowPartial)
    throw fields.error("PARTIAL", "unread", `byte ${first.offset} and others were not read`);
}

function identity(fields: OwnFields): DumpIdentityA {
  const uid = fields.anyBytes("uid");
  if (![4, 7, 10].includes(uid.length)) throw fields.damaged("uid", `has ${uid.length} bytes, not 4, 7 or 10`);
  return { uid, atqa: fields.bytes("atqa", 2), sak: fields.integer("sak", 0xff) };
}

function isProduct(name: string): name is UltralightProductName {
  return Object.hasOwn(ultralightProducts, name);
}

function isSize(name: string): name is ClassicDumpSize {
  return Object.hasOwn(CLASSIC_SIZES, name);
}

function triple(fields: OwnFields, name: string, max: number): readonly [number, number, number] {
  const [first, second, third, ...rest] = fields.integers(name, max);
  if (first === undefined || second === undefined || third === undefined || rest.length > 0)
    throw fields.damaged(name, "has not three numbers");
  return [first, second, third];
}

function ultralight(fields: OwnFields): UltralightDump {
  const content = memory(fields, 4);
  const product = fields.optional("product", (name) => {
    const value = fields.string(name);
    if (!isProduct(value)) throw fields.error("UNSUPPORTED_KIND", name, `no product "${value}" is known`);
    return value;
  });
  requireWhole(fields, content.unread, product && readablePagesOf(product) * 4);
  return {
    kind: "mifare-ultralight",
    product,
    ...identity(fields),
    ...content,
    version: fields.optional("version", (name) => fields.bytes(name, 8)),
    signature: fields.optional("signature", (name) => fields.bytes(name, 32)),
    counters: fields.optional("counters", (name) => triple(fields, name, 0xff_ffff)),
    tearing: fields.optional("tearing", (name) => triple(fields, name, 0xff)),
    failedAuthentications: fields.optional("failedAuthentications", (name) => fields.integer(name, WORD)),
  };
}

function sizeOf(fields: OwnFields): ClassicDumpSize {
  const size = fields.string("size");
  if (!isSize(size)) throw fields.damaged("size", `"${size}" is none of ${Object.keys(CLASSIC_SIZES).join(", ")}`);
  return size;
}

function classic(fields: OwnFields): ClassicDump {
  const size = sizeOf(fields);
  const content = memory(fields, 16);
  const expected = CLASSIC_SIZES[size].blocks * 16;
  if (content.memory.length !== expected)
    throw fields.damaged("memory", `has ${content.memory.length} bytes, not ${expected}`);
  requireWhole(fields, content.unread);
  return { kind: "mifare-classic", size, ...identity(fields), ...content };
}

function classicKeys(fields: OwnFields): ClassicKeysDump {
  const size = sizeOf(fields);
  const keys = (name: string): Uint8Array[] => {
    const found = fields.byteLines(name);
    if (found.length !== CLASSIC_SIZES[size].sectors || found.some((key) => key.length !== 6))
      throw fields.damaged(name, `is no list of ${CLASSIC_SIZES[size].sectors} keys of 6 bytes`);
    return found;
  };
  return { kind: "mifare-classic-keys", size, keysA: keys("keysA"), keysB: keys("keysB") };
}

function felicaLite(fields: OwnFields): FelicaLiteDump {
  return {
    kind: "felica-lite",
    idm: fields.bytes("idm", 8),
    pmm: fields.bytes("pmm", 8),
    blocks: fields.list("blocks").map((block) => ({
      number: block.integer("number", 0xff),
      statusFlag1: block.integer("statusFlag1", 0xff),
      statusFlag2: block.integer("statusFlag2", 0xff),
      data: block.bytes("data", 16),
    })),
  };
}

function felicaStandard(fields: OwnFields): FelicaStandardDump {
  return {
    kind: "felica-standard",
    idm: fields.bytes("idm", 8),
    pmm: fields.bytes("pmm", 8),
    systems: fields.list("systems").map((system) => ({
      code: system.optional("code", (name) => system.integer(name, WORD)),
      areas: system.list("areas").map((area) => ({
        code: area.integer("code", WORD),
        endCode: area.optional("endCode", (name) => area.integer(name, WORD)),
      })),
      services: system.list("services").map((service) => ({
        code: service.integer("code", WORD),
        blocks: service.byteLines("blocks").map((block, index) => {
          if (block.length !== 16) throw service.damaged(`blocks.${index}`, "a block has 16 bytes");
          return block;
        }),
      })),
    })),
  };
}

function iso15693(fields: OwnFields): Iso15693Dump {
  const blockBytes = fields.integer("blockBytes", 32);
  if (blockBytes === 0) throw fields.damaged("blockBytes", "is no size of a block");
  const content = memory(fields, blockBytes);
  requireWhole(fields, content.unread);
  const blockLocked = fields.booleans("blockLocked");
  if (blockLocked.length * blockBytes !== content.memory.length)
    throw fields.damaged("blockLocked", `has ${blockLocked.length} entries, not one for each block`);
  return {
    kind: "iso15693",
    uid: fields.bytes("uid", 8),
    dsfid: fields.integer("dsfid", 0xff),
    afi: fields.integer("afi", 0xff),
    icReference: fields.optional("icReference", (name) => fields.integer(name, 0xff)),
    dsfidLocked: fields.boolean("dsfidLocked"),
    afiLocked: fields.boolean("afiLocked"),
    blockBytes,
    ...content,
    blockLocked,
    slix: fields.optional("slix", (name) => slix(fields.object(name))),
  };
}

const PASSWORDS = ["read", "write", "privacy", "destroy", "eas"] as const;

function slix(fields: OwnFields): SlixFacts {
  const given = fields.object("passwords");
  const passwords: Partial<Record<(typeof PASSWORDS)[number], Uint8Array>> = {};
  for (const name of PASSWORDS) if (given.has(name)) passwords[name] = given.bytes(name, 4);
  return {
    passwords,
    signature: fields.optional("signature", (name) => fields.bytes(name, 32)),
    privacyMode: fields.boolean("privacyMode"),
    protectionPointer: fields.optional("protectionPointer", (name) => fields.integer(name, 0xff)),
    protectionCondition: fields.optional("protectionCondition", (name) => fields.integer(name, 0xff)),
    easLocked: fields.boolean("easLocked"),
    protectionLocked: fields.boolean("protectionLocked"),
    acceptsAllPasswords: fields.boolean("acceptsAllPasswords"),
  };
}

function iso14443b(fields: OwnFields): Iso14443bMemoryDump {
  return {
    kind: "iso14443b-memory",
    product: fields.optional("product", (name) => fields.string(name)),
    uid: fields.optional("uid", (name) => fields.bytes(name, 8)),
    memory: memoryBytes(fields, 2),
    systemBlock: fields.optional("systemBlock", (name) => fields.bytes(name, 4)),
  };
}

function topaz(fields: OwnFields): TopazDump {
  const content = memory(fields, 8);
  requireWhole(fields, content.unread);
  return {
    kind: "topaz",
    uid: fields.bytes("uid", 7),
    hr0: fields.integer("hr0", 0xff),
    hr1: fields.integer("hr1", 0xff),
    ...content,
  };
}

function type4(fields: OwnFields): Type4Dump {
  return {
    kind: "type4",
    ...identity(fields),
    ats: fields.optional("ats", (name) => fields.anyBytes(name)),
    container: fields.anyBytes("container"),
    files: fields.list("files").map((file) => ({ id: file.integer("id", WORD), data: file.anyBytes("data") })),
  };
}

function identityA(fields: OwnFields): NfcAIdentityDump {
  return {
    kind: "nfc-a-identity",
    ...identity(fields),
    ats: fields.optional("ats", (name) => fields.anyBytes(name)),
  };
}

function identityB(fields: OwnFields): NfcBIdentityDump {
  return {
    kind: "nfc-b-identity",
    pupi: fields.bytes("pupi", 4),
    applicationData: fields.bytes("applicationData", 4),
    protocolInfo: fields.bytes("protocolInfo", 3),
  };
}
