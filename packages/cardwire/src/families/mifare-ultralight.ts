import { isStatusWordError } from "@cardwire/apdu";
import { StorageCardName } from "@cardwire/atr";
import { toHex } from "@cardwire/core";
import { isType2Error, type Type2Identity, Type2Tag } from "@cardwire/mifare-ultralight";
import { createTagAccess } from "@cardwire/storage-card/tag-access";
import type { CardMemory, ReadMemoryOptions } from "../memory.ts";
import type { CardFindings, Family, FamilyCallOptions, ProductIdentity } from "./family.ts";
import { type PageMap, type PageSource, readNamedPages } from "./mifare-ultralight-memory.ts";

const NAMES: readonly number[] = [
  StorageCardName.MIFARE_ULTRALIGHT,
  StorageCardName.MIFARE_ULTRALIGHT_C,
  StorageCardName.MIFARE_ULTRALIGHT_EV1,
];

const PAGE_BYTES = 4;
const LOCK_PAGE = 2;
/** Byte of CFG0. */
const AUTH0 = 3;
/** The smallest memory of the family, for a tag of which nothing is known. */
const SMALLEST_AREA_BYTES = 48;

/** MIFARE Ultralight and NTAG. */
export const mifareUltralightFamily: Family<"mifare-ultralight", Type2Tag> = {
  name: "mifare-ultralight",
  accepts: (_, cardName) => NAMES.includes(cardName),
  open({ connection, dialect }) {
    const tag = new Type2Tag(connection, { dialect });
    const access = createTagAccess(connection, { dialect });
    const source: PageSource = {
      readPages: (first, count, options) => tag.readPages(first, count, options),
      reselect: async (signal) => (access.hasFrames ? access.reselect(signal) : undefined),
    };
    return {
      helper: tag,
      identify: async (options) => productIdentity(await tag.identify(options)),
      inspect: (options) => inspect(tag, options),
      memory: { read: (options) => readMemory(tag, source, options) },
      ndef: tag.ndef,
    };
  },
};

function productIdentity({ product, version }: Type2Identity): ProductIdentity | undefined {
  if (product === undefined) return undefined;
  const evidence =
    version === undefined ? "commands that it knows and does not know" : `GET_VERSION ${toHex(version, " ")}`;
  const pages = product.user.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { name: product.name, evidence, userBytes: pages * PAGE_BYTES };
}

/** Lock bits, and from which page on a password is wanted (NTAG213/215/216 sections 8.5.2 and 8.5.7). */
async function inspect(tag: Type2Tag, options: FamilyCallOptions): Promise<CardFindings> {
  const { product } = await tag.identify(options);
  const isLocked = (await tag.readPages(LOCK_PAGE, 1, options)).subarray(2).some((byte) => byte !== 0);
  if (product === undefined) return { isLocked };
  const memoryBytes = product.memory.reduce((sum, [first, last]) => sum + last - first + 1, 0) * PAGE_BYTES;
  const { configurationPage: page, commands, memory } = product;
  if (page === undefined || !commands.includes("PASSWORD_AUTHENTICATE")) return { memoryBytes, isLocked };
  const last = Math.max(...memory.map(([, end]) => end));
  try {
    const firstProtected = (await tag.readPages(page, 1, options))[AUTH0] ?? 0xff;
    return { memoryBytes, isLocked, isProtected: firstProtected <= last };
  } catch (error) {
    // the configuration itself is behind the password
    if (isStatusWordError(error) || isType2Error(error)) return { memoryBytes, isLocked, isProtected: true };
    throw error;
  }
}

async function readMemory(tag: Type2Tag, source: PageSource, options?: ReadMemoryOptions): Promise<CardMemory> {
  const callOptions = options?.signal && { signal: options.signal };
  const { product } = await tag.identify(callOptions);
  if (product !== undefined) return readNamedPages(source, product, options);
  // the reader lets nobody ask: the capability container says how much there is at least
  const container = await tag.readCapabilityContainer(callOptions);
  const last = 3 + (container?.areaBytes ?? SMALLEST_AREA_BYTES) / PAGE_BYTES;
  const map: PageMap = { memory: [[0, last]], user: [[4, last]], commands: [] };
  return readNamedPages(source, map, options);
}
