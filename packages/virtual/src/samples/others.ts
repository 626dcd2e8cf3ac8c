import { fromHex } from "@cardwire/core";
import type {
  ClassicDump,
  FelicaLiteDump,
  Iso14443bMemoryDump,
  Iso15693Dump,
  TopazDump,
  Type4Dump,
} from "../dump/model.ts";
import { FELICA_LITE_BLOCKS } from "../dump/flipper/felica.ts";
import { layOut } from "./memory.ts";

const NDEF_TRAILER = "D3F7D3F7D3F77F078840FFFFFFFFFFFF";
const TRANSPORT_TRAILER = "FFFFFFFFFFFFFF078069FFFFFFFFFFFF";

/** A MIFARE Classic 1K whose sectors 1 and 2 are an NFC application in the MAD: the URI https://example.com/a?b=1. */
export function classic1kWithNdef(): ClassicDump {
  const trailers: Record<number, string> = {};
  for (let sector = 3; sector < 16; sector++) trailers[sector * 4 + 3] = TRANSPORT_TRAILER;
  return {
    kind: "mifare-classic",
    size: "1k",
    uid: fromHex("1A2B3C4D"),
    atqa: fromHex("0400"),
    sak: 0x08,
    unread: [],
    memory: layOut(1024, 16, {
      ...trailers,
      0: "1A2B3C4D400804006263646566676869",
      1: "E80003E103E100000000000000000000",
      3: "A0A1A2A3A4A5787788C1FFFFFFFFFFFF",
      4: "0316D1011255046578616D706C652E63",
      5: "6F6D2F613F623D31FE00000000000000",
      7: NDEF_TRAILER,
      11: NDEF_TRAILER,
    }),
  };
}

/** A Topaz 96 with a text record in English. */
export function topaz96WithText(): TopazDump {
  return {
    kind: "topaz",
    uid: fromHex("25C1D7001A2B3C"),
    hr0: 0x11,
    hr1: 0x48,
    unread: [],
    memory: layOut(120, 8, {
      0: "25C1D7001A2B3C00",
      1: "E1100E000310D101 0C5402656E486920 746865726521FE00",
      // blocks 0, D and E are locked by the factory
      14: "0160000000000000",
    }),
  };
}

/** A FeliCa Lite-S as an NFC Forum Type 3 tag with the URI https://example.com/a?b=1. */
export function felicaLiteSWithUri(): FelicaLiteDump {
  const idm = "0114B34C2A5F6E71";
  const pmm = "00F1000000014300";
  const data: Readonly<Record<number, string>> = {
    0x00: "100401000D0000000000010000160039",
    0x01: "D1011255046578616D706C652E636F6D",
    0x02: "2F613F623D3100000000000000000000",
    0x0e: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
    0x82: `${idm}0000000000000000`,
    0x83: `${idm}${pmm}`,
    0x85: "88B40000000000000000000000000000",
    0x88: "FFFFFF01070000000000000000000000",
  };
  return {
    kind: "felica-lite",
    idm: fromHex(idm),
    pmm: fromHex(pmm),
    blocks: FELICA_LITE_BLOCKS.map((number) => ({
      number,
      statusFlag1: 0,
      statusFlag2: 0,
      data: fromHex(data[number] ?? "00000000000000000000000000000000"),
    })),
  };
}

/** An ICODE SLIX as an NFC Forum Type 5 tag with the URI https://example.com/a?b=1. */
export function slixWithUri(): Iso15693Dump {
  return {
    kind: "iso15693",
    uid: fromHex("78563412100104E0"),
    dsfid: 0,
    afi: 0,
    icReference: 0x01,
    dsfidLocked: false,
    afiLocked: false,
    blockBytes: 4,
    memory: layOut(112, 4, { 0: "E1400D010316D1011255046578616D706C652E636F6D2F613F623D31FE" }),
    unread: [],
    blockLocked: Array.from({ length: 28 }, () => false),
    slix: {
      passwords: { eas: fromHex("00000000") },
      signature: undefined,
      privacyMode: false,
      protectionPointer: undefined,
      protectionCondition: undefined,
      easLocked: false,
      protectionLocked: false,
      acceptsAllPasswords: false,
    },
  };
}

/** An ST25TB04K with some text in its blocks and two counters that have not been counted down. */
export function st25tb04k(): Iso14443bMemoryDump {
  return {
    kind: "iso14443b-memory",
    product: "ST25TB04K",
    uid: fromHex("78563412001F02D0"),
    memory: layOut(512, 4, {
      0: "FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF",
      5: "FEFFFFFF FEFFFFFF",
      7: "53543235 54423034 4B000000",
    }),
    systemBlock: fromHex("FFFFFFFF"),
  };
}

/** An NFC Forum Type 4 tag on a card of ISO/IEC 14443-4, with the URI https://example.com/a?b=1. */
export function type4WithUri(): Type4Dump {
  const file = new Uint8Array(1024);
  file.set(fromHex("0016D1011255046578616D706C652E636F6D2F613F623D31"));
  return {
    kind: "type4",
    uid: fromHex("04A1B2C3D4E5F1"),
    atqa: fromHex("4403"),
    sak: 0x20,
    // 256-byte frames, 77 ms, CID, and one historical byte, as a DESFire EV1 has them
    ats: fromHex("067577810280"),
    container: fromHex("000F20003B00340406E10404000000"),
    files: [{ id: 0xe104, data: file }],
  };
}
