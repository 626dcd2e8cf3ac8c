import { crcOnAir, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  topaz96WithText,
  type4WithUri,
} from "@cardwire/virtual/samples";
import { describe, it } from "vitest";
import { bytesOf, converse, hex, type Line, port100With } from "./script.ts";

const OPENING: readonly Line[] = [
  ["D62A 01", "D72B 00"],
  ["D620", "D721 1101"],
  ["D622", "D723 0001"],
  ["D606 00", "D707 00"],
];

/** InSetProtocol: every key, as nfcpy and the library for WebUSB begin. */
const DEFAULTS: Line = [
  "D602 0018 0101 0201 0300 0400 0500 0600 0708 0800 0900 0A00 0B00 0C00 0E04 0F00 1000 1100 1200 1306",
  "D703 00",
];
const set = (settings: string): Line => [`D602 ${settings}`, "D703 00"];
const rf = (settings: string): Line => [`D600 ${settings}`, "D701 00"];
/** A frame and its answer, of whole bytes. */
const frame = (sent: string, received: string): Line => [`D604 3601 ${sent}`, `D705 00000000 08 ${received}`];
const silence = (sent: string): Line => [`D604 3601 ${sent}`, "D705 80000000"];

const SENSE_A: readonly Line[] = [rf("02030F03"), DEFAULTS, set("0100 0200 0501 0006 0707")];
const SENSE_B: readonly Line[] = [rf("03070F07"), DEFAULTS, set("0B01 0901 0C01 0A01 0014")];
const WITH_CRC = set("0101 0201");
const WITHOUT_CRC = set("0100 0200");

function bcc(part: string): string {
  return hex([bytesOf(part).reduce((sum, byte) => sum ^ byte, 0)]);
}

/** Anticollision and selection (ISO/IEC 14443-3 section 6.5) of a UID whose cascade tags are in it. */
function select(parts: readonly string[], sak: string): readonly Line[] {
  return [
    set("0401 0708"),
    ...parts.flatMap((part, level) => {
      const command = hex([0x93 + 2 * level]);
      const known = `${part} ${bcc(part)}`;
      return [
        WITHOUT_CRC,
        frame(`${command}20`, known),
        WITH_CRC,
        frame(`${command}70 ${known}`, level === parts.length - 1 ? sak : "04"),
      ];
    }),
  ];
}

function withCrc(data: string): string {
  return `${data} ${hex(crcOnAir(bytesOf(data), "nfc-a"))}`;
}

const TYPE_B = (): VirtualTag =>
  createIsoDepCard({
    pupi: bytesOf("E8253EEC"),
    applicationData: bytesOf("00000011"),
    protocolInfo: bytesOf("008185"),
    application: (apdu) => Uint8Array.of(...apdu, 0x90, 0x00),
    activatedBy: "reader",
  });

describe("nfcpy's sense loop on an RC-S380", () => {
  it("finds nothing", async () => {
    const chip = port100With([]);
    await converse(chip, [
      ...OPENING,
      ...SENSE_A,
      silence("26"),
      ...SENSE_B,
      silence("050010"),
      rf("01010F01"),
      DEFAULTS,
      set("0018"),
      ["D604 6E00 0600FFFF0100", "D705 80000000"],
      rf("01020F02"),
      DEFAULTS,
      set("0018"),
      ["D604 6E00 0600FFFF0100", "D705 80000000"],
      ["D606 00", "D707 00"],
    ]);
  });

  it("finds a Type 2 tag of seven bytes, and reads it", async () => {
    const pages = "030DD10109550162696E672E636F6D00";
    await converse(port100With([loadTag(ntag216WithUri())]), [
      ...OPENING,
      ...SENSE_A,
      frame("26", "4400"),
      ...select(["8804D149", "D29C3980"], "00"),
      // ACK and NAK have no CRC, so that the chip must not want one
      rf("02030F03"),
      DEFAULTS,
      set("0401 0501 0200"),
      frame("3004", withCrc(pages)),
      ["D604 3601 A20ACAFEBABE", "D705 00000000 04 0A"],
      frame("300A", withCrc("CAFEBABE000000000000000000000000")),
      ["D604 3601 30FF", "D705 00000000 04 00"],
    ]);
  });

  it("finds a card of four bytes", async () => {
    await converse(port100With([loadTag(classic1kWithNdef())]), [
      ...OPENING,
      ...SENSE_A,
      frame("26", "0400"),
      ...select(["1A2B3C4D"], "08"),
    ]);
  });

  it("finds a Type 1 tag, and reads a byte of it", async () => {
    await converse(port100With([loadTag(topaz96WithText())]), [
      ...OPENING,
      ...SENSE_A,
      frame("26", "000C"),
      set("0102 0202 0708 1102"),
      frame("78000000000000", "1148 25C1D700"),
      frame("010800 25C1D700", "08 E1"),
    ]);
  });

  it("finds a Type 4 tag, activates it, and selects its application", async () => {
    await converse(port100With([loadTag(type4WithUri())]), [
      ...OPENING,
      ...SENSE_A,
      frame("26", "4403"),
      ...select(["8804A1B2", "C3D4E5F1"], "20"),
      rf("02030F03"),
      DEFAULTS,
      set("0401 0501"),
      frame("E080", "067577810280"),
      // an I-block without CID, block number 0 (ISO/IEC 14443-4 section 7.1)
      frame("02 00A4040007D276000085010100", "02 9000"),
    ]);
  });

  it("finds a card of type B, activates it, and sends it an APDU", async () => {
    await converse(port100With([TYPE_B()]), [
      ...OPENING,
      ...SENSE_B,
      frame("050010", "50E8253EEC00000011008185"),
      frame("1D E8253EEC 00 08 01 00", "00"),
      frame("02 00B0000004", "02 00B0000004 9000"),
    ]);
  });

  it.each([
    ["212 kbit/s", "01010F01"],
    ["424 kbit/s", "01020F02"],
  ])("finds FeliCa at %s, and reads it without encryption", async (_, settings) => {
    await converse(port100With([loadTag(felicaLiteSWithUri())]), [
      ...OPENING,
      rf(settings),
      DEFAULTS,
      set("0018"),
      ["D604 6E00 0600FFFF0100", "D705 00000000 08 14 01 0114B34C2A5F6E71 00F1000000014300 88B4"],
      frame("0600FFFF0000", "12 01 0114B34C2A5F6E71 00F1000000014300"),
      frame(
        "10 06 0114B34C2A5F6E71 01 0B00 01 8000",
        "1D 07 0114B34C2A5F6E71 0000 01 100401000D0000000000010000160039",
      ),
    ]);
  });
});

describe("the kernel's driver (port100)", () => {
  /** Every key for a framing, as its tables have them; guard times first. */
  const framing = (crc: number, parity: number, validBits: number): Line =>
    set(
      `0006 ${hex([0x01, crc, 0x02, crc])} 0300 ${hex([0x04, parity])} 0501 0600 ${hex([0x07, validBits])} 0800 0900 0A00 0B00 0C00 0E04 0F00 1000 1100 1200 1306`,
    );

  it("finds a Type 2 tag, and reads it", async () => {
    const chip = port100With([loadTag(ntag216WithUri())]);
    const [first, second] = ["8804D149", "D29C3980"];
    await converse(chip, [
      // a mask of command types, the first in the last bit
      ["D628", "D729 0000000000000003"],
      ["D62A 01", "D72B 00"],
      ["D620", "D721 1101"],
      ["D606 01", "D707 00"],
      rf("02030F03"),
      framing(0, 0, 7),
      frame("26", "4400"),
      framing(0, 1, 8),
      frame("9320", `${first}${bcc(first)}`),
      framing(1, 1, 8),
      frame(`9370${first}${bcc(first)}`, "04"),
      framing(0, 1, 8),
      frame("9520", `${second}${bcc(second)}`),
      framing(1, 1, 8),
      frame(`9570${second}${bcc(second)}`, "00"),
      set("0101 0200"),
      frame("3000", withCrc("04D14914D29C3980F7480000E1106D00")),
    ]);
  });
});

describe("as a target", () => {
  it("nobody comes", async () => {
    await converse(port100With([]), [
      ...OPENING,
      ["D640 080B", "D741 00"],
      ["D640 0801", "D741 01"],
      ["D642 0001 0101 0207", "D743 00"],
      ["D642 0301", "D743 01"],
      [`D648 0000 FFFF 01 440001020300 ${"00".repeat(18)} 00 00 0100`, "D749 000000 80000000"],
    ]);
  });

  it("is reset, and does not know everything", async () => {
    await converse(port100With([]), [
      ["D612 0A00", "D713"],
      ["D604 3601 26", "D705 00040000"],
      ["D6F0 00", "D7F1 07"],
      ["D600 02030F", "D701 01"],
    ]);
  });
});
