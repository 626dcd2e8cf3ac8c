import { fromHex, toHex } from "@cardwire/core";
import { encodeTransmitInput, SCARD_PROTOCOL } from "@cardwire/ioctl";
import { type ConformanceCase, conformanceCase } from "./conformance-case.ts";
import { ConformanceFailure } from "./conformance-failure.ts";
import { type Probe, same } from "./probe.ts";

function byte(value: number): string {
  return toHex(Uint8Array.of(value));
}

async function transmits(probe: Probe, command: string, response: string): Promise<void> {
  same(await probe.transmit(command), response, command);
}

const GET_UID = fromHex("FFCA000000");

/** Loads key B under number 0 and authenticates a block with it. */
async function authenticateB(probe: Probe, block: number, key: Uint8Array): Promise<void> {
  await transmits(probe, `FF82000006${toHex(key)}`, "9000");
  await transmits(probe, `FF8600000501${byte(block >> 8)}${byte(block & 0xff)}6100`, "9000");
}

function valueBlockOf(probe: Probe): { readonly block: number; readonly keyB: Uint8Array } {
  const { valueBlock } = probe.harness.cards["mifare-classic-1k"] ?? {};
  if (valueBlock === undefined) throw new ConformanceFailure("the harness names no value block");
  return valueBlock;
}

function serviceOf(probe: Probe): { readonly code: string; readonly blocks: number } {
  const { service } = probe.harness.cards.felica ?? {};
  if (service === undefined) throw new ConformanceFailure("the harness names no service");
  return { code: byte(service.code & 0xff) + byte(service.code >> 8), blocks: service.blocks };
}

/** A value block: value, its complement, value, then the address four times (MIFARE Classic 8.6.2.1). */
function valueBytes(value: number, address: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, value, true);
  view.setInt32(4, ~value, true);
  view.setInt32(8, value, true);
  bytes.set([address, address ^ 0xff, address, address ^ 0xff], 12);
  return bytes;
}

/** The status object C0 stands before the status word where a reader follows PC/SC 3, supplement 2; the driver has none. */
async function changesValue(probe: Probe, command: string): Promise<void> {
  const response = await probe.transmit(command);
  if (response !== "C0030090009000") same(response, "9000", command);
}

export const transmitCases: readonly ConformanceCase[] = [
  conformanceCase({
    id: "TransmitStatuses",
    title: "what TRANSMIT refuses, in the contract's order",
    source: "DDI, TRANSMIT; NfcCx NfcCxSC.cpp",
    card: "any",
    steps: async (probe) => {
      await probe.expect("INVALID_PARAMETER", "TRANSMIT", fromHex("0200000008000000"), 64);
      await probe.expect("INVALID_PARAMETER", "TRANSMIT", encodeTransmitInput(GET_UID), 9);
      const wrongProtocol = encodeTransmitInput(GET_UID, SCARD_PROTOCOL.T0);
      await probe.expect("INVALID_DEVICE_STATE", "TRANSMIT", wrongProtocol, 64);
      await probe.expect("NO_MEDIA", "TRANSMIT", encodeTransmitInput(GET_UID), 64);
      await probe.insertAny();
      await probe.expect("INVALID_DEVICE_STATE", "TRANSMIT", wrongProtocol, 64);
      await probe.expect("SUCCESS", "TRANSMIT", encodeTransmitInput(GET_UID), 64);
    },
  }),
  conformanceCase({
    id: "TransmitWithoutConnect",
    title: "TRANSMIT works right after the arrival; commands sent at once are answered in their order",
    source: "NFC guide, example sequence",
    card: "ntag",
    steps: async (probe) => {
      const { uid } = await probe.insert("ntag");
      const pages = ["04", "05", "06"].map((page) => probe.transmit(`FFB000${page}10`));
      const [four = "", five = "", six = ""] = await Promise.all(pages);
      same(five.slice(0, 24), four.slice(8, 32), "pages 5 to 7");
      same(six.slice(0, 16), four.slice(16, 32), "pages 6 and 7");
      await transmits(probe, "FFCA000000", `${toHex(uid)}9000`);
    },
  }),
  conformanceCase({
    id: "GetData",
    title: "GET DATA gives the UID",
    source: "HLK 9be92a88",
    card: "mifare-ultralight",
    steps: async (probe) => {
      const { uid } = await probe.insert("mifare-ultralight");
      await transmits(probe, "FFCA000000", `${toHex(uid)}9000`);
      await transmits(probe, `FFCA0000${byte(uid.length)}`, `${toHex(uid)}9000`);
    },
  }),
  conformanceCase({
    id: "AuthKeyB",
    title: "LOAD KEYS and GENERAL AUTHENTICATE with key B open a sector",
    source: "HLK 9eec5482",
    card: "mifare-classic-1k",
    steps: async (probe) => {
      const { block, keyB } = valueBlockOf(probe);
      await probe.insert("mifare-classic-1k");
      await authenticateB(probe, block, keyB);
      const data = await probe.transmit(`FFB000${byte(block)}10`);
      same(data.slice(32), "9000", "READ BINARY");
    },
  }),
  conformanceCase({
    id: "IncDec",
    title: "increment and decrement change a value block",
    source: "HLK 300e65ef",
    card: "mifare-classic-1k",
    steps: async (probe) => {
      const { block, keyB } = valueBlockOf(probe);
      const address = byte(block);
      await probe.insert("mifare-classic-1k");
      await authenticateB(probe, block, keyB);
      await transmits(probe, `FFD600${address}10${toHex(valueBytes(100, block))}`, "9000");
      await changesValue(probe, `FFC200030BA0098001${address}810405000000`);
      await transmits(probe, `FFB000${address}10`, `${toHex(valueBytes(105, block))}9000`);
      await changesValue(probe, `FFC200030BA1098001${address}810407000000`);
      await transmits(probe, `FFB000${address}10`, `${toHex(valueBytes(98, block))}9000`);
    },
  }),
  conformanceCase({
    id: "FelicaReadAll",
    title: "READ BINARY reads every block of a service",
    source: "HLK 8bad01ac",
    card: "felica",
    steps: async (probe) => {
      const { code, blocks } = serviceOf(probe);
      await probe.insert("felica");
      for (let block = 0; block < blocks; block++) {
        const response = await probe.transmit(`FFB000000601${code}0180${byte(block)}`);
        same(response.slice(32), "9000", `block ${block}`);
      }
    },
  }),
  conformanceCase({
    id: "FelicaWriteAll",
    title: "UPDATE BINARY writes every block of a service",
    source: "HLK b3d2674f",
    card: "felica",
    steps: async (probe) => {
      const { code, blocks } = serviceOf(probe);
      await probe.insert("felica");
      for (let block = 0; block < blocks; block++) {
        const element = `01${code}0180${byte(block)}`;
        const data = toHex(new Uint8Array(16).fill(block + 1));
        const before = (await probe.transmit(`FFB0000006${element}`)).slice(0, 32);
        await transmits(probe, `FFD6000016${element}${data}`, "9000");
        await transmits(probe, `FFB0000006${element}`, `${data}9000`);
        await transmits(probe, `FFD6000016${element}${before}`, "9000");
      }
    },
  }),
];
