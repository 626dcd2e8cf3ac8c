import type { VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  st25tb04k,
  topaz96WithText,
  type4WithUri,
} from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { bytesOf, converse, hex, type Line, pn53xWith } from "./script.ts";

/** What libnfc says to a PN532 on a serial port before its programs begin. */
const OPENING: readonly Line[] = [
  ["D414 01", "D515"],
  ["D400 00 6C69626E6663", "D501 00 6C69626E6663"],
  ["D402", "D503 32010607"],
  ["D412 14", "D513"],
  ["D406 633D", "D507 00"],
  ["D432 01 00", "D533"],
  ["D432 01 01", "D533"],
  ["D432 05 FFFFFF", "D533"],
  ["D406 6302 6303 6305", "D507 80 80 43"],
  ["D408 630280 630380 630543", "D509"],
  ["D432 05 000102", "D533"],
];

/** The searches of nfc-list, in its order, and what it does with what it has found. */
const SEARCHES = {
  a: "D44A 01 00",
  "f 212": "D44A 01 01 00FFFF0100",
  "f 424": "D44A 01 02 00FFFF0100",
  b: "D44A 01 03 00",
  jewel: "D44A 01 04",
} as const;

type Found = Partial<Record<keyof typeof SEARCHES, string>>;

// UM0701-02 section 7.3.5: how each kind of target stands in the list
const FIELDS: readonly (readonly [name: string, tag: (() => VirtualTag) | undefined, found: Found])[] = [
  ["nothing", undefined, {}],
  ["an NTAG216", () => loadTag(ntag216WithUri()), { a: "0044 00 07 04D149D29C3980" }],
  ["a MIFARE Classic of four bytes", () => loadTag(classic1kWithNdef()), { a: "0004 08 04 1A2B3C4D" }],
  // SAK says ISO-DEP, and the chip has sent RATS
  ["a card as DESFire", () => loadTag(type4WithUri()), { a: "0344 20 07 04A1B2C3D4E5F1 067577810280" }],
  [
    "a FeliCa Lite-S",
    () => loadTag(felicaLiteSWithUri()),
    {
      "f 212": "14 01 0114B34C2A5F6E71 00F1000000014300 88B4",
      "f 424": "14 01 0114B34C2A5F6E71 00F1000000014300 88B4",
    },
  ],
  [
    "a card of type B",
    () =>
      createIsoDepCard({
        pupi: bytesOf("AABBCCDD"),
        applicationData: bytesOf("11223344"),
        protocolInfo: bytesOf("008181"),
        application: (apdu) => apdu,
        activatedBy: "reader",
      }),
    // ATQB, and an answer to ATTRIB of one byte: no MBLI, CID 1
    { b: "50 AABBCCDD 11223344 008181 01 01" },
  ],
  ["a Topaz", () => loadTag(topaz96WithText()), { jewel: "0C00 25C1D700" }],
];

describe("nfc-list", () => {
  it.each(FIELDS)("sees %s", async (_, tag, found) => {
    const chip = pn53xWith(tag === undefined ? [] : [tag()]);
    await converse(chip, OPENING);
    for (const [kind, search] of Object.entries(SEARCHES)) {
      const target = found[kind as keyof typeof SEARCHES];
      await converse(chip, [
        [search, target === undefined ? "D54B 00" : `D54B 01 01 ${target}`],
        ["D444 00", "D545 00"],
      ]);
    }
  });

  it("sees a card of ST's by frames of type B", async () => {
    const chip = pn53xWith([loadTag(st25tb04k())]);
    await converse(chip, OPENING);
    await converse(chip, [
      [SEARCHES.b, "D54B 00"],
      ["D406 6302 6303", "D507 83 83"],
    ]);
    // INITIATE (06 00) is answered with an identifier that the card draws; SELECT (0E) with the same; GET_UID (0B)
    const initiated = await chip.execute(bytesOf("D442 06 00"));
    expect(hex(initiated ?? [])).toMatch(/^D54300..$/);
    const chipId = hex(initiated?.slice(3) ?? []);
    await converse(chip, [
      [`D442 0E ${chipId}`, `D543 00 ${chipId}`],
      ["D442 0B", "D543 00 78563412001F02D0"],
    ]);
  });

  it("finds a card again by its UID, and not by another", async () => {
    const chip = pn53xWith([loadTag(classic1kWithNdef())]);
    await converse(chip, OPENING);
    await converse(chip, [
      ["D44A 01 00 1A2B3C4D", "D54B 01 01 0004 08 04 1A2B3C4D"],
      ["D44A 01 00 A0D98978", "D54B 00"],
    ]);
  });
});

describe("nfc-anticol", () => {
  // ISO/IEC 14443-3 section 6.5, by frames without the chip's CRC
  it("is told that nobody is there", async () => {
    const chip = pn53xWith([]);
    await converse(chip, OPENING);
    await converse(chip, [
      ["D408 630200 630300 633D07", "D509"],
      ["D442 26", "D543 01"],
    ]);
  });
});

describe("nfc-mfclassic", () => {
  const { memory } = classic1kWithNdef();
  const keyOf = (sector: number): string => hex(memory.subarray(sector * 64 + 48, sector * 64 + 54));
  /** A trailer as it is read: key A never; key B where the access bits let it be read (MF1S50YYX section 8.7.2). */
  const trailerOf = (sector: number): string => {
    const access = hex(memory.subarray(sector * 64 + 54, sector * 64 + 58));
    return `000000000000 ${access} ${access.startsWith("FF0780") ? "FFFFFFFFFFFF" : "000000000000"}`;
  };

  it("reads all blocks of a MIFARE Classic 1K, from the last", async () => {
    const chip = pn53xWith([loadTag(classic1kWithNdef())]);
    await converse(chip, OPENING);
    await converse(chip, [[SEARCHES.a, "D54B 01 01 0004 08 04 1A2B3C4D"]]);
    for (let block = 63; block >= 0; block--) {
      const sector = block >> 2;
      const number = hex([block]);
      if ((block & 3) === 3)
        await converse(chip, [
          [`D440 01 60 ${number} ${keyOf(sector)} 1A2B3C4D`, "D541 00"],
          [`D440 01 30 ${number}`, `D541 00 ${trailerOf(sector)}`],
        ]);
      else
        await converse(chip, [
          [`D440 01 30 ${number}`, `D541 00 ${hex(memory.subarray(block * 16, block * 16 + 16))}`],
        ]);
    }
  });

  it("tries keys, and selects the card again after each that is wrong", async () => {
    const chip = pn53xWith([loadTag(classic1kWithNdef())]);
    await converse(chip, OPENING);
    await converse(chip, [
      [SEARCHES.a, "D54B 01 01 0004 08 04 1A2B3C4D"],
      ["D440 01 60 3F 000000000000 1A2B3C4D", "D541 14"],
      ["D44A 01 00 1A2B3C4D", "D54B 01 01 0004 08 04 1A2B3C4D"],
      ["D440 01 61 3F FFFFFFFFFFFF 1A2B3C4D", "D541 00"],
      // a block of another sector
      ["D440 01 30 00", "D541 14"],
    ]);
  });
});

describe("nfc-mfultralight", () => {
  it("reads and writes pages", async () => {
    const { memory } = ntag216WithUri();
    const chip = pn53xWith([loadTag(ntag216WithUri())]);
    await converse(chip, OPENING);
    await converse(chip, [[SEARCHES.a, "D54B 01 01 0044 00 07 04D149D29C3980"]]);
    for (let page = 0; page < 0x30; page += 4)
      await converse(chip, [[`D440 01 30 ${hex([page])}`, `D541 00 ${hex(memory.subarray(page * 4, page * 4 + 16))}`]]);
    await converse(chip, [
      ["D440 01 A2 10 CAFEBABE", "D541 00"],
      ["D440 01 30 10", "D541 00 CAFEBABE 000000000000000000000000"],
      // libfreefare asks by frames what InDataExchange does not know: GET_VERSION, and 3DES authentication
      ["D442 60", "D543 00 0004040201001303"],
      ["D440 01 1A 00", "7F"],
    ]);
  });
});

describe("libfreefare", () => {
  it("talks to a card of ISO/IEC 14443-4 by InDataExchange", async () => {
    const chip = pn53xWith([loadTag(type4WithUri())]);
    await converse(chip, OPENING);
    await converse(chip, [
      [SEARCHES.a, "D54B 01 01 0344 20 07 04A1B2C3D4E5F1 067577810280"],
      // NFC Forum Type 4 Tag specification 2.0, section 5.4: application, capability container, 15 bytes of it
      ["D440 01 00A4040007D276000085010100", "D541 00 9000"],
      ["D440 01 00A4000C02E103", "D541 00 9000"],
      ["D440 01 00B000000F", "D541 00 000F20003B00340406E10404000000 9000"],
      ["D452 01", "D553 00"],
      ["D440 01 00B000000F", "D541 27"],
    ]);
  });

  it("switches RATS off, and sends it itself", async () => {
    const chip = pn53xWith([loadTag(type4WithUri())]);
    await converse(chip, OPENING);
    await converse(chip, [
      ["D412 04", "D513"],
      [SEARCHES.a, "D54B 01 01 0344 20 07 04A1B2C3D4E5F1"],
      ["D442 E050", "D543 00 067577810280"],
    ]);
  });
});
