import type { VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag } from "@cardwire/virtual";
import { felicaLiteSWithUri, ntag216WithUri, topaz96WithText, type4WithUri } from "@cardwire/virtual/samples";
import { describe, it } from "vitest";
import { bytesOf, converse, type Line, pn53xWith } from "./script.ts";

/** What the kernel's pn533 sends before it polls: endless retries for its own searches, and time limits. */
const SETUP: readonly Line[] = [
  ["D402", "D503 33020707"],
  ["D432 05 FFFFFF", "D533"],
  ["D432 02 000B0A", "D533"],
];
/** It gives its searches up by itself; here they end at once. */
const ONCE: Line = ["D432 05 FFFF00", "D533"];

const TYPE_B = (): VirtualTag =>
  createIsoDepCard({
    pupi: bytesOf("AABBCCDD"),
    applicationData: bytesOf("11223344"),
    protocolInfo: bytesOf("338181"),
    application: (apdu) => apdu,
    activatedBy: "reader",
  });

describe("the kernel's driver (pn533)", () => {
  it.each<readonly [name: string, tag: () => VirtualTag, lines: readonly Line[]]>([
    [
      "a Type 2 tag",
      () => loadTag(ntag216WithUri()),
      [
        ["D44A 01 00", "D54B 01 01 0044 00 07 04D149D29C3980"],
        ["D440 01 30 04", "D541 00 030DD10109550162696E672E636F6D00"],
      ],
    ],
    [
      "a Type 4 tag, listed with its ATS",
      () => loadTag(type4WithUri()),
      [
        ["D44A 01 00", "D54B 01 01 0344 20 07 04A1B2C3D4E5F1 067577810280"],
        ["D440 01 00A4040007D276000085010100", "D541 00 9000"],
        // deselected, it is remembered
        ["D44E 01 00 00", "D54F 00"],
        ["D406 6304", "D507 00 83"],
      ],
    ],
    [
      "FeliCa, without its system code",
      () => loadTag(felicaLiteSWithUri()),
      [
        ["D44A 01 01 00 FFFF 00 03", "D54B 01 01 12 01 0114B34C2A5F6E71 00F1000000014300"],
        ["D44A 01 02 00 FFFF 00 03", "D54B 01 01 12 01 0114B34C2A5F6E71 00F1000000014300"],
      ],
    ],
    ["Jewel", () => loadTag(topaz96WithText()), [["D44A 01 04", "D54B 01 01 0C00 25C1D700"]]],
    ["type B at 847 kbit/s", TYPE_B, [["D44A 01 08 00", "D54B 01 01 50 AABBCCDD 11223344 338181 01 01"]]],
  ])("finds %s", async (_, tag, lines) => {
    await converse(pn53xWith([tag()], "PN533"), [...SETUP, ONCE, ...lines]);
  });

  it("knows the commands of target mode and of peer-to-peer, though nobody is there", async () => {
    await converse(pn53xWith([], "PN533"), [
      ...SETUP,
      ["D432 05 000000", "D533"],
      // passive and active; 424 kbit/s wants a polling request
      ["D456 00 02 01 00FFFF0003", "D557 01"],
      ["D456 01 00 04 46666D010111", "D557 01"],
      ["D456 00 02 05 00FFFF", "7F"],
      ["D450 01 00", "D551 27"],
      ["D44E 01 02 02", "D54F 27"],
      ["D486", "D587 25"],
      ["D48E 0102", "D58F 25"],
      ["D488", "D589 25"],
      ["D490 0102", "D591 25"],
      ["D494 0102", "D595 25"],
      ["D492 46666D", "D593 00"],
      ["D48A", "D58B 00 00"],
      ["D4FA", "7F"],
    ]);
  });

  it("of a PN532 looks for everything by InAutoPoll", async () => {
    const types = "20 10 23 04 11 12 40 80";
    await converse(pn53xWith([loadTag(ntag216WithUri())]), [
      [`D460 01 03 ${types}`, "D561 01 10 0C 01 0044 00 07 04D149D29C3980"],
      ["D460 01 03 20", "D561 00"],
      ["D460 01 03 00", "D561 01 00 0C 01 0044 00 07 04D149D29C3980"],
    ]);
    await converse(pn53xWith([loadTag(type4WithUri())]), [
      // the chip's list of one target, behind its type
      [`D460 01 03 ${types}`, "D561 01 20 12 01 0344 20 07 04A1B2C3D4E5F1 067577810280"],
    ]);
    await converse(pn53xWith([loadTag(topaz96WithText())]), [
      [`D460 01 03 ${types}`, "D561 01 04 07 01 0C00 25C1D700"],
    ]);
    await converse(pn53xWith([]), [[`D460 01 03 ${types}`, "D561 00"]]);
  });
});
