import { crcOnAir, removeParity } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { felicaLiteSWithUri, ntag216WithUri, topaz96WithText } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { createVirtualAcr122u } from "../../src/virtual.ts";
import { bytesOf, converse, hex, type Line, pn53xWith, type Speaker } from "./script.ts";

const LINE_TEST = hex(Array.from({ length: 262 }, (_, index) => index % 256));

const PN532: readonly Line[] = [
  ["D402", "D503 32010607"],
  ["D414 010000", "D515"],
  [`D400 00 ${LINE_TEST}`, `D501 00 ${LINE_TEST}`],
  ["D402", "D503 32010607"],
  ["D412 00", "D513"],
  ["D432 02000B0A", "D533"],
  ["D432 0400", "D533"],
  ["D432 05010001", "D533"],
  ["D432 0A59F43F114D85616F266287", "D533"],
  ["D432 0B69FF3F114185616F", "D533"],
  ["D432 0CFF0485", "D533"],
  ["D432 0D85158A8508B28501DA", "D533"],
  ["D432 0102", "D533"],
];

const PN533: readonly Line[] = [
  [`D400 00 ${LINE_TEST}`, `D501 00 ${LINE_TEST}`],
  ["D402", "D503 33020707"],
  ["D432 0102", "D533"],
  ["D432 02000B0A", "D533"],
  ["D432 0400", "D533"],
  ["D432 05010001", "D533"],
  ["D412 00", "D513"],
  ["D432 0A5AF43F114D85616F266287", "D533"],
  ["D432 0B6AFF3F104185616F", "D533"],
  ["D432 0CFF0485", "D533"],
  ["D432 0D85158A850AB28504DA", "D533"],
];

describe("nfcpy with a PN532", () => {
  it("senses nothing: REQA is still in the FIFO", async () => {
    const chip = pn53xWith([]);
    await converse(chip, PN532);
    await converse(chip, [
      ["D44A 0100", "D54B 00"],
      ["D406 6339", "D507 26"],
      ["D44A 010300", "D54B 00"],
      ["D406 6304", "D507 83"],
      ["D44A 010100FFFF0100", "D54B 00"],
      ["D446 01000230313233343536373839", "D547 01"],
      ["D408 63013B", "D509"],
      ["D416 B000", "D517 00"],
    ]);
  });

  it("reads a Type 2 tag, and checks its CRC", async () => {
    const chip = pn53xWith([loadTag(ntag216WithUri())]);
    const pages = "030DD10109550162696E672E636F6D00";
    const crc = hex(crcOnAir(bytesOf(pages), "nfc-a"));
    await converse(chip, PN532);
    await converse(chip, [
      ["D44A 0100", "D54B 0101 0044 00 07 04D149D29C3980"],
      ["D406 6302 6303 6305", "D507 80 80 43"],
      ["D408 630280 630300 630543", "D509"],
      ["D432 020A0B07", "D533"],
      ["D442 3004", `D543 00 ${pages} ${crc}`],
      // a page that is not there: four bits, NAK
      ["D442 30FF", "D543 00 00"],
    ]);
  });

  it("tells a Type 1 tag by the FIFO, and reads it by commands and by single bytes", async () => {
    const dump = topaz96WithText();
    const chip = pn53xWith([loadTag(dump)]);
    await converse(chip, PN532);
    await converse(chip, [
      ["D44A 0100", "D54B 00"],
      ["D406 6339", "D507 93"],
      ["D44A 0104", "D54B 0101 0C00 25C1D700"],
      ["D440 01 78000000000000", "D541 00 1148 25C1D700"],
      ["D440 01 000000 25C1D700", `D541 00 1148 ${hex(dump.memory.subarray(0, 120))}`],
    ]);
    // READ of byte 8, as commands are sent that the firmware does not know: each byte is a frame of its own
    const read = bytesOf("01 08 00 25C1D700");
    const bytes = [...read, ...crcOnAir(read, "nfc-a-type1")];
    for (const [index, byte] of bytes.entries())
      await converse(chip, [[`D408 6339${hex([byte])} ${index === 0 ? "630D10 633D07" : "633D00"} 633104`, "D509"]]);
    // address, data and CRC, a parity bit behind each byte: 36 bits
    await converse(chip, [
      ["D408 633108", "D509"],
      ["D408 630D20", "D509"],
      ["D406 633A", "D507 05"],
    ]);
    const fifo = await chip.execute(bytesOf(`D406 ${"6339".repeat(5)}`));
    const reply = bytesOf("08 E1");
    expect(hex(removeParity(fifo?.slice(2) ?? new Uint8Array(0), 4)?.data ?? [])).toBe(
      hex([...reply, ...crcOnAir(reply, "nfc-a-type1")]),
    );
  });

  it("takes back the chip's own ATTRIB", async () => {
    const card = createIsoDepCard({
      pupi: bytesOf("E8253EEC"),
      applicationData: bytesOf("00000011"),
      protocolInfo: bytesOf("008185"),
      application: (apdu) => apdu,
      activatedBy: "reader",
    });
    const chip = pn53xWith([card]);
    await converse(chip, PN532);
    await converse(chip, [
      ["D44A 010300", "D54B 0101 50E8253EEC00000011008185 0101"],
      ["D442 CA01", "D543 00 CA01"],
      ["D442 050008", "D543 00 50E8253EEC00000011008185"],
    ]);
  });

  it("polls FeliCa, and reads without encryption", async () => {
    const chip = pn53xWith([loadTag(felicaLiteSWithUri())]);
    await converse(chip, PN532);
    await converse(chip, [
      ["D44A 010100FFFF0100", "D54B 0101 14 01 0114B34C2A5F6E71 00F1000000014300 88B4"],
      ["D406 6302 6303 6305", "D507 92 92 03"],
      ["D408 630292 630392 630503", "D509"],
      // JIS X 6319-4: block 0 of service 000B
      [
        "D442 10 06 0114B34C2A5F6E71 01 0B00 01 8000",
        "D543 00 1D 07 0114B34C2A5F6E71 0000 01 100401000D0000000000010000160039",
      ],
    ]);
  });
});

describe("nfcpy with a PN533", () => {
  it("opens it, and reads its identity from its memory", async () => {
    const chip = pn53xWith([loadTag(ntag216WithUri())], "PN533");
    await converse(chip, PN533);
    await converse(chip, [
      ["D406 A000", "D507 00 00"],
      ["D44A 0100", "D54B 0101 0044 00 07 04D149D29C3980"],
      ["D406 6302 6303 6305", "D507 00 80 80 43"],
      ["D408 630280 630300 630543", "D509 00"],
      [
        "D442 3003",
        `D543 00 E1106D00 030DD101 09550162 696E672E ${hex(crcOnAir(bytesOf("E1106D00030DD10109550162696E672E"), "nfc-a"))}`,
      ],
      // what only a PN532 has
      ["D414 01", "7F"],
      ["D416 B000", "7F"],
      ["D460 01 01 00", "7F"],
    ]);
  });
});

describe("nfcpy with an ACR122U", () => {
  it("opens it, and senses nothing", async () => {
    const reader = createVirtualAcr122u(createVirtualField());
    const speaker: Speaker = { execute: (apdu) => reader.transmit(apdu) };
    const test = LINE_TEST.slice(0, 2 * 251);
    const direct = ([command, answer]: Line): Line => [
      `FF000000 ${hex([bytesOf(command).length])} ${command}`,
      `${answer} 9000`,
    ];
    await converse(speaker, [
      // ten characters, and no status
      ["FF00480000", hex(new TextEncoder().encode("ACR122U207"))],
      ["FF00517F00", "907F"],
      ["FF00400E0400000000", "9002"],
      direct([`D400 00 ${test}`, `D501 00 ${test}`]),
      ...PN532.slice(3).map(direct),
      direct(["D44A 0100", "D54B 00"]),
      direct(["D406 6339", "D507 26"]),
      direct(["D44A 010300", "D54B 00"]),
      direct(["D406 6304", "D507 83"]),
      direct(["D44A 010100FFFF0100", "D54B 00"]),
      direct(["D446 01000230313233343536373839", "D547 01"]),
      direct(["D408 63013B", "D509"]),
    ]);
  });
});
