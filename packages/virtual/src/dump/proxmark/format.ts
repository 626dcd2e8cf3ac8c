import { toHex } from "@cardwire/core";
import { sectorOfBlock, trailerOfSector } from "../classic-sizes.ts";
import { DumpError } from "../errors.ts";
import {
  type ClassicDump,
  type Iso14443bMemoryDump,
  type Iso15693Dump,
  type TagDump,
  type TopazDump,
  type UltralightDump,
  unreadOf,
} from "../model.ts";

type Json = Record<string, string | Record<string, unknown>>;

/**
 * Writes a JSON dump as the Proxmark3 client reads it: "mfu", "mfc v2", "15693 v4" (v5 from 256 blocks on), "14b v2", "topaz".
 *
 * @throws DumpError NOT_REPRESENTABLE for a tag that the format does not know; PARTIAL for one that was not read whole.
 */
export function formatProxmarkJson(dump: TagDump): string {
  if (unreadOf(dump).length > 0) throw new DumpError("PARTIAL", "the format cannot say which bytes were not read");
  return JSON.stringify({ Created: "cardwire", ...body(dump) }, undefined, 2);
}

function body(dump: TagDump): Json {
  switch (dump.kind) {
    case "mifare-ultralight":
      return mfu(dump);
    case "mifare-classic":
      return mfc(dump);
    case "iso15693":
      return iso15693(dump);
    case "iso14443b-memory":
      return iso14443b(dump);
    case "topaz":
      return topaz(dump);
    default:
      throw new DumpError("NOT_REPRESENTABLE", `a Proxmark3 JSON file cannot hold ${dump.kind}`);
  }
}

function blocks(memory: Uint8Array, blockBytes: number): Record<string, string> {
  const result: Record<string, string> = {};
  for (let offset = 0; offset < memory.length; offset += blockBytes)
    result[`${offset / blockBytes}`] = toHex(memory.subarray(offset, offset + blockBytes));
  return result;
}

function mfu(dump: UltralightDump): Json {
  const card: Record<string, string> = {
    UID: toHex(dump.uid),
    Version: toHex(dump.version ?? new Uint8Array(8)),
    TBO_0: "0000",
    TBO_1: "00",
    Signature: toHex(dump.signature ?? new Uint8Array(32)),
  };
  for (const index of [0, 1, 2] as const) {
    const counter = dump.counters?.[index] ?? 0;
    card[`Counter${index}`] = toHex(Uint8Array.of(counter & 0xff, (counter >> 8) & 0xff, counter >> 16));
    card[`Tearing${index}`] = toHex(Uint8Array.of(dump.tearing?.[index] ?? 0));
  }
  return { FileType: "mfu", Card: card, blocks: blocks(dump.memory, 4) };
}

function mfc(dump: ClassicDump): Json {
  const keys: Record<string, unknown> = {};
  for (let sector = 0; sector <= sectorOfBlock(dump.memory.length / 16 - 1); sector++) {
    const offset = trailerOfSector(sector) * 16;
    keys[`${sector}`] = {
      KeyA: toHex(dump.memory.subarray(offset, offset + 6)),
      KeyB: toHex(dump.memory.subarray(offset + 10, offset + 16)),
      AccessConditions: toHex(dump.memory.subarray(offset + 6, offset + 10)),
    };
  }
  return {
    FileType: "mfc v2",
    Card: { UID: toHex(dump.uid), ATQA: toHex(dump.atqa), SAK: toHex(Uint8Array.of(dump.sak)) },
    blocks: blocks(dump.memory, 16),
    SectorKeys: keys,
  };
}

function iso15693(dump: Iso15693Dump): Json {
  const count = dump.blockLocked.length;
  const isLong = count > 0xff;
  const byte = (value: number | boolean): string => toHex(Uint8Array.of(Number(value)));
  return {
    FileType: isLong ? "15693 v5" : "15693 v4",
    Card: {
      uid: toHex(dump.uid),
      dsfid: byte(dump.dsfid),
      dsfidlock: byte(dump.dsfidLocked),
      afi: byte(dump.afi),
      afilock: byte(dump.afiLocked),
      bytesperpage: byte(dump.blockBytes),
      pagescount: toHex(isLong ? Uint8Array.of(count & 0xff, count >> 8) : Uint8Array.of(count)),
      ic: byte(dump.icReference ?? 0),
      locks: toHex(Uint8Array.from(dump.blockLocked, Number)),
      random: "0000",
      privacypasswd: toHex(dump.slix?.passwords.privacy ?? new Uint8Array(4)),
      state: "00",
    },
    blocks: blocks(dump.memory, dump.blockBytes),
  };
}

function iso14443b(dump: Iso14443bMemoryDump): Json {
  const { systemBlock } = dump;
  if (systemBlock === undefined) throw new DumpError("NOT_REPRESENTABLE", "a Proxmark3 JSON file cannot hold a SR176");
  const all = blocks(dump.memory, 4);
  all[`${dump.memory.length / 4}`] = toHex(systemBlock);
  return { FileType: "14b v2", blocks: all };
}

function topaz(dump: TopazDump): Json {
  if (dump.memory.length > 120)
    throw new DumpError("NOT_REPRESENTABLE", "the format has room for the 120 bytes of a static memory only");
  return {
    FileType: "topaz",
    Card: {
      UID: toHex(dump.uid),
      // the client writes the one name and reads the other
      H0R1: toHex(Uint8Array.of(dump.hr0, dump.hr1)),
      HR01: toHex(Uint8Array.of(dump.hr0, dump.hr1)),
      Size: toHex(Uint8Array.of(dump.memory.length & 0xff, dump.memory.length >> 8)),
    },
    blocks: blocks(dump.memory, 8),
  };
}
