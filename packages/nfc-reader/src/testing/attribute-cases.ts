import { fromHex } from "@cardwire/core";
import { type AttributeName, decodeAttribute, encodeSetAttributeInput, SCARD_ATTR } from "@cardwire/ioctl";
import { type ConformanceCase, conformanceCase } from "./conformance-case.ts";
import type { ConformanceCardKind } from "./harness.ts";
import { type Probe, same } from "./probe.ts";

/** PC/SC part 3, 3.1.3.2.3, with the card names of the registry; DESFire from its ATS. */
const ATRS: readonly (readonly [id: string, ConformanceCardKind, string, string])[] = [
  ["AtrForMifareUL", "mifare-ultralight", "750bac7d", "3B8F8001804F0CA0000003060300030000000068"],
  ["AtrForMifareULC", "mifare-ultralight-c", "ae22f2fc", "3B8F8001804F0CA00000030603003A0000000051"],
  ["AtrForMifareCL1K", "mifare-classic-1k", "a5ac058b", "3B8F8001804F0CA000000306030001000000006A"],
  ["AtrForMifareDesfire", "mifare-desfire", "33154a5a", "3B8180018080"],
];

/** DWORDs that are answered with a card or without (NFC guide, smart-card attributes). */
const CONSTANTS: readonly (readonly [AttributeName, number])[] = [
  ["PROTOCOL_TYPES", 2],
  ["DEFAULT_CLK", 13_560],
  ["MAX_CLK", 13_560],
  ["DEFAULT_DATA_RATE", 1],
  ["MAX_DATA_RATE", 1],
  ["MAX_IFSD", 254],
  ["CHARACTERISTICS", 8],
  ["CURRENT_CLK", 13_560],
  ["CURRENT_D", 1],
  ["CURRENT_IFSC", 32],
  ["CURRENT_IFSD", 254],
  ["CURRENT_BWT", 4],
];

const NOT_SUPPORTED: readonly AttributeName[] = [
  "VENDOR_IFD_SERIAL_NO",
  "POWER_MGMT_SUPPORT",
  "CURRENT_F",
  "CURRENT_N",
  "CURRENT_W",
  "CURRENT_CWT",
  "EXTENDED_BWT",
  "ICC_INTERFACE_STATUS",
  "DEVICE_FRIENDLY_NAME_W",
  "DEVICE_IN_USE",
];

async function read(probe: Probe, name: AttributeName): Promise<Uint8Array> {
  const { status, output } = await probe.attribute(name);
  same(status, "SUCCESS", name);
  return output;
}

export const attributeCases: readonly ConformanceCase[] = [
  ...ATRS.map(([id, card, guid, atr]) =>
    conformanceCase({
      id,
      title: `ATR_STRING of ${card}`,
      source: `HLK ${guid}; PC/SC 3, 3.1.3.2.3`,
      card,
      steps: async (probe) => {
        same((await probe.attribute("ATR_STRING")).status, "INVALID_DEVICE_STATE", "ATR_STRING without a card");
        await probe.insert(card);
        same(await read(probe, "ATR_STRING"), fromHex(atr), "ATR_STRING");
        same((await probe.attribute("ATR_STRING", 3)).status, "BUFFER_TOO_SMALL", "ATR_STRING in 3 bytes");
      },
    }),
  ),
  conformanceCase({
    id: "VendorName",
    title: "VENDOR_NAME and VENDOR_IFD_TYPE are ASCII, DEVICE_UNIT is a DWORD",
    source: "HLK a4aae104",
    steps: async (probe) => {
      for (const name of ["VENDOR_NAME", "VENDOR_IFD_TYPE"] as const) {
        const value = await read(probe, name);
        same(value.at(-1), 0, `${name}'s last byte`);
        same(decodeAttribute(name, value).length > 0, true, `${name} says something`);
      }
      same((await read(probe, "DEVICE_UNIT")).length, 4, "DEVICE_UNIT's length");
    },
  }),
  conformanceCase({
    id: "ChannelId",
    title: "CHANNEL_ID is the NFC channel type",
    source: "HLK a27ed4ac",
    steps: async (probe) => {
      same(decodeAttribute("CHANNEL_ID", await read(probe, "CHANNEL_ID")), 0x0100_0000, "CHANNEL_ID");
    },
  }),
  conformanceCase({
    id: "IccPresence",
    title: "ICC_PRESENCE is a byte that follows the card",
    source: "HLK ec65f6bd",
    card: "any",
    steps: async (probe) => {
      same(await read(probe, "ICC_PRESENCE"), fromHex("00"), "ICC_PRESENCE");
      await probe.insertAny();
      same(await read(probe, "ICC_PRESENCE"), fromHex("01"), "ICC_PRESENCE");
    },
  }),
  conformanceCase({
    id: "GetAttributes",
    title: "every attribute of the NFC guide, CURRENT_PROTOCOL_TYPE in and out of the field, nothing else",
    source: "HLK 13ea0597",
    card: "any",
    steps: async (probe) => {
      for (const name of ["CURRENT_PROTOCOL_TYPE", "ICC_TYPE_PER_ATR"] as const)
        same((await probe.attribute(name)).status, "INVALID_DEVICE_STATE", name);
      for (const [name, value] of CONSTANTS) same(decodeAttribute(name, await read(probe, name)), value, name);
      await probe.insertAny();
      for (const [name, value] of CONSTANTS) same(decodeAttribute(name, await read(probe, name)), value, name);
      same(await read(probe, "CURRENT_PROTOCOL_TYPE"), fromHex("02000000"), "CURRENT_PROTOCOL_TYPE");
      same((await read(probe, "ICC_TYPE_PER_ATR")).length, 1, "ICC_TYPE_PER_ATR's length");
      for (const name of NOT_SUPPORTED) same((await probe.attribute(name)).status, "NOT_SUPPORTED", name);
      const version = probe.expected({ documented: 0x0100_0010, nfccx: 0x0000_0041 });
      const actual = decodeAttribute("VENDOR_IFD_VERSION", await read(probe, "VENDOR_IFD_VERSION"));
      same(actual, version, "VENDOR_IFD_VERSION");
    },
  }),
  conformanceCase({
    id: "SetAttribute",
    title: "DEVICE_IN_USE can be set, nothing else can",
    source: "DDI, SET_ATTRIBUTE",
    steps: async (probe) => {
      const set = (tag: number): Uint8Array => encodeSetAttributeInput(tag, fromHex("01000000"));
      await probe.expect("SUCCESS", "SET_ATTRIBUTE", set(SCARD_ATTR.DEVICE_IN_USE));
      await probe.expect("NOT_SUPPORTED", "SET_ATTRIBUTE", set(SCARD_ATTR.VENDOR_NAME));
      await probe.expect("INVALID_PARAMETER", "SET_ATTRIBUTE", fromHex("020000"));
    },
  }),
];
