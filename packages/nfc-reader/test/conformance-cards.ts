import { fromHex, type VirtualTag } from "@cardwire/core";
import { createFelicaTag } from "@cardwire/felica/virtual";
import { parseAts } from "@cardwire/iso-dep";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createMifareClassicTag, mifareClassicImage } from "@cardwire/mifare-classic/virtual";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import type { ConformanceCard, ConformanceCardKind } from "../src/testing.ts";
import { ntag216 } from "./ntag216.ts";

const ULTRALIGHT_PAGES = fromHex("04112299 33445566 44480000 E1100600");

function ultralight(product: "MIFARE Ultralight" | "MIFARE Ultralight C", pageCount: number): VirtualTag {
  const pages = new Uint8Array(pageCount * 4);
  pages.set(ULTRALIGHT_PAGES);
  // AUTH0 of Ultralight C, in page 2A: nothing is protected
  if (pageCount > 16) pages[0x2a * 4] = 0x30;
  return createMifareUltralightTag({ product, pages });
}

const VALUE_BLOCK = { block: 4, keyB: fromHex("B0B1B2B3B4B5") };

/** Sector 1: value blocks that key B may write and increment (data 110, trailer 011: access bytes 08 77 8F). */
function classic(): VirtualTag {
  const memory = new Uint8Array(1024);
  memory.set(fromHex("DEADBEEF22080400"));
  for (let sector = 0; sector < 16; sector++)
    memory.set(fromHex("FFFFFFFFFFFF FF078069 FFFFFFFFFFFF"), sector * 64 + 48);
  memory.set(fromHex("A0A1A2A3A4A5 08778F69"), 64 + 48);
  memory.set(VALUE_BLOCK.keyB, 64 + 58);
  return createMifareClassicTag(mifareClassicImage(memory));
}

const IDM = fromHex("0102030405060708");

function felicaCard(): VirtualTag {
  return createFelicaTag({
    kind: "standard",
    idm: IDM,
    pmm: fromHex("0120220427674EFF"),
    systems: [{ code: 0x12fc, services: [{ code: 0x0009, blocks: new Uint8Array(16 * 4) }] }],
  });
}

const UID = fromHex("04112233445566");

/** The ATS of a DESFire EV1, from which the certification test's ATR follows. */
function desfire(): VirtualTag {
  return createIsoDepCard({
    uid: UID,
    atqa: fromHex("4403"),
    ats: parseAts(fromHex("067577810280")),
    application: () => fromHex("6E00"),
  });
}

/** What the cases of the DDI ask for. */
export const conformanceCards: Record<ConformanceCardKind, ConformanceCard & { readonly make: () => VirtualTag }> = {
  ntag: { uid: fromHex("04D149D29C3980"), make: ntag216 },
  "mifare-ultralight": { uid: UID, make: () => ultralight("MIFARE Ultralight", 16) },
  "mifare-ultralight-c": { uid: UID, make: () => ultralight("MIFARE Ultralight C", 48) },
  "mifare-classic-1k": { uid: fromHex("DEADBEEF"), valueBlock: VALUE_BLOCK, make: classic },
  "mifare-desfire": { uid: UID, make: desfire },
  felica: { uid: IDM, service: { code: 0x0009, blocks: 4 }, make: felicaCard },
};

export function isConformanceCardKind(kind: string): kind is ConformanceCardKind {
  return kind in conformanceCards;
}
