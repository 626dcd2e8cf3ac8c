import { StorageCardName } from "@cardwire/atr";
import { toHex } from "@cardwire/core";
import { type Type2Identity, Type2Tag } from "@cardwire/mifare-ultralight";
import { createTagAccess } from "@cardwire/storage-card/tag-access";
import type { CardMemory, ReadMemoryOptions } from "../memory.ts";
import type { Family, ProductIdentity } from "./family.ts";
import { nameType2Frame } from "./mifare-ultralight-frames.ts";
import { type PageMap, type PageSource, readNamedPages } from "./mifare-ultralight-memory.ts";

const NAMES: readonly number[] = [
  StorageCardName.MIFARE_ULTRALIGHT,
  StorageCardName.MIFARE_ULTRALIGHT_C,
  StorageCardName.MIFARE_ULTRALIGHT_EV1,
];

const PAGE_BYTES = 4;
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
      memory: { read: (options) => readMemory(tag, source, options) },
      ndef: tag.ndef,
    };
  },
  nameFrame: nameType2Frame,
};

function productIdentity({ product, version }: Type2Identity): ProductIdentity | undefined {
  if (product === undefined) return undefined;
  const evidence =
    version === undefined ? "commands that it knows and does not know" : `GET_VERSION ${toHex(version, " ")}`;
  const pages = product.user.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { name: product.name, evidence, userBytes: pages * PAGE_BYTES };
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
