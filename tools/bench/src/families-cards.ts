import { type CardFamily, fromHex, type VirtualTag } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { isoDep } from "@cardwire/iso-dep";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { iso14443b } from "@cardwire/iso14443b";
import { iso15693 } from "@cardwire/iso15693";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { topaz } from "@cardwire/topaz";
import { loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
} from "@cardwire/virtual/samples";

/** A card of a family, and the APDU that is measured on it. */
export interface FamilyCard {
  readonly family: CardFamily;
  readonly card: string;
  readonly what: string;
  readonly apdu: Uint8Array;
  /** What has to be sent once before it. */
  readonly before: readonly Uint8Array[];
  readonly createTag: () => VirtualTag;
  /** Windows' driver has no such command. */
  readonly onlyDocumented?: true;
}

function row(
  family: CardFamily,
  card: string,
  what: string,
  apdu: string,
  createTag: () => VirtualTag,
  ...before: string[]
): FamilyCard {
  return { family, card, what, apdu: fromHex(apdu), before: before.map((hex) => fromHex(hex)), createTag };
}

const ultralight = (): VirtualTag => loadTag(ntag216WithUri());
const classic = (): VirtualTag => loadTag(classic1kWithNdef());
const liteS = (): VirtualTag => loadTag(felicaLiteSWithUri());
const slix = (): VirtualTag => loadTag(slixWithUri());
const topaz96 = (): VirtualTag => loadTag(topaz96WithText());
const st25tb = (): VirtualTag => loadTag(st25tb04k());

/** An application that knows one record of 16 bytes. */
const isoDepCard = (): VirtualTag => {
  const record = Uint8Array.of(...new Uint8Array(16).fill(0x5a), 0x90, 0x00);
  return createIsoDepCard({ uid: fromHex("08112233"), application: () => record.slice() });
};

/** Key A of sector 3, which is the transport key, and an authentication with it. */
const CLASSIC_OPEN = ["FF82000006FFFFFFFFFFFF", "FF8600000501000C6000"];

/** A read of every family, and a write where it changes nothing that wears out. */
export const familyCards: readonly FamilyCard[] = [
  row(mifareUltralight, "NTAG216", "read 4 pages", "FFB0000410", ultralight),
  row(mifareUltralight, "NTAG216", "write a page", "FFD6002004DEADBEEF", ultralight),
  row(mifareClassic, "Classic 1K", "read a block", "FFB0000C10", classic, ...CLASSIC_OPEN),
  row(mifareClassic, "Classic 1K", "write a block", `FFD6000C10${"5A".repeat(16)}`, classic, ...CLASSIC_OPEN),
  row(felica, "FeliCa Lite-S", "read a block", "FFB0000006010B00018000", liteS),
  row(felica, "FeliCa Lite-S", "read 4 blocks", "FFB000000C010B00048000800180028003", liteS),
  row(iso15693, "ICODE SLIX", "read a block", "FFB0040004", slix),
  { ...row(iso15693, "ICODE SLIX", "read 4 blocks", "FFB0040010", slix), onlyDocumented: true },
  row(topaz, "Topaz 96", "read a byte", "FFB0020301", topaz96),
  row(topaz, "Topaz 96", "read all (RALL)", "FFB0000000", topaz96),
  row(iso14443b, "ST25TB04K", "read a block", "FFB0000704", st25tb),
  row(isoDep, "ISO-DEP, type A", "16 bytes of an application", "00B0000010", isoDepCard),
];
