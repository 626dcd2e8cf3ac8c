import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { fixture, fixtureText, text } from "../../../test/fixtures.ts";
import { type DumpError, isDumpError } from "../errors.ts";
import { classicKeysOf, formatDump } from "../format.ts";
import type { TagDump } from "../model.ts";
import { parseDump } from "../parse.ts";

function kind<Kind extends TagDump["kind"]>(dump: TagDump, name: Kind): Extract<TagDump, { kind: Kind }> {
  if (dump.kind !== name) throw new Error(`${dump.kind} is no ${name}`);
  return dump as Extract<TagDump, { kind: Kind }>;
}

function refusal(run: () => unknown): Pick<DumpError, "code" | "field" | "line"> {
  try {
    run();
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return { code: error.code, field: error.field, line: error.line };
  }
  throw new Error("not refused");
}

const json = (value: unknown): Uint8Array => text(JSON.stringify(value, undefined, 2));
const blocks = (count: number, bytes: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${index}`, toHex(new Uint8Array(bytes).fill(index))]),
  );

describe("JSON", () => {
  it("mfu: a real NTAG216", () => {
    const dump = kind(parseDump(fixture("ntag216-empty.json")), "mifare-ultralight");
    expect(dump).toMatchObject({ product: "NTAG216", counters: [0, 0, 0], tearing: [0, 0, 0xbd], unread: [] });
    expect(toHex(dump.uid)).toBe("045869D29C3980");
    expect(dump.memory).toHaveLength(924);
    const written = new TextDecoder().decode(formatDump(dump, "proxmark3-json"));
    expect(JSON.parse(written)).toEqual({ ...JSON.parse(fixtureText("ntag216-empty.json")), Created: "cardwire" });
  });

  it("mfu: counters have their least significant byte first", () => {
    const file = fixtureText("ntag216-empty.json").replace('"Counter2": "000000"', '"Counter2": "020100"');
    expect(kind(parseDump(text(file)), "mifare-ultralight").counters).toEqual([0, 0, 0x102]);
  });

  it.each([["mfcard"], ["mfc v2"], ["mfc v3"]])("%s", (type) => {
    const file = {
      Created: "proxmark3",
      FileType: type,
      Card: { UID: "00000000", ATQA: "0400", SAK: "08", SIGNATURE: "" },
      blocks: blocks(64, 16),
    };
    const dump = kind(parseDump(json(file)), "mifare-classic");
    expect(dump).toMatchObject({ size: "1k", sak: 8 });
    expect(toHex(dump.atqa)).toBe("0400");
    // some tools turn the ATQA round
    expect(parseDump(json({ ...file, Card: { ...file.Card, ATQA: "0004" } }))).toEqual(dump);
    expect(parseDump(formatDump(dump, "proxmark3-json"))).toEqual(dump);
  });

  it("15693 with everything", () => {
    const file = {
      FileType: "15693 v4",
      Card: {
        uid: "78563412100104E0",
        dsfid: "01",
        dsfidlock: "01",
        afi: "02",
        afilock: "00",
        bytesperpage: "04",
        pagescount: "1C",
        ic: "03",
        locks: `01${"00".repeat(27)}`,
        random: "0000",
        privacypasswd: "00000000",
        state: "00",
      },
      blocks: blocks(28, 4),
    };
    const dump = kind(parseDump(json(file)), "iso15693");
    expect(dump).toMatchObject({
      dsfid: 1,
      dsfidLocked: true,
      afi: 2,
      afiLocked: false,
      icReference: 3,
      blockBytes: 4,
    });
    expect(dump.blockLocked.slice(0, 2)).toEqual([true, false]);
    expect(JSON.parse(new TextDecoder().decode(formatDump(dump, "proxmark3-json")))).toEqual({
      Created: "cardwire",
      ...file,
    });
    expect(refusal(() => parseDump(json({ ...file, blocks: blocks(27, 4) })))).toMatchObject({ code: "PARTIAL" });
  });

  it("15693 v5, with more than 255 blocks", () => {
    const dump = kind(
      parseDump(
        json({
          FileType: "15693 v5",
          Card: { uid: "E004000000000001", bytesperpage: "04", pagescount: "0002" },
          blocks: blocks(512, 4),
        }),
      ),
      "iso15693",
    );
    expect(dump.blockLocked).toHaveLength(512);
    expect(toHex(dump.uid)).toBe("01000000000004E0");
    expect(parseDump(formatDump(dump, "proxmark3-json"))).toEqual({ ...dump, icReference: 0 });
  });

  it("15693 of the first versions, without a UID", () => {
    expect(parseDump(json({ FileType: "15693", raw: "E1400D0103000000" }))).toMatchObject({ blockBytes: 4 });
    expect(parseDump(json({ FileType: "15693 v2", blocks: blocks(4, 4) }))).toMatchObject({ blockBytes: 4 });
    expect(parseDump(json({ FileType: "15693 v3", blocks: blocks(4, 8) }))).toMatchObject({ blockBytes: 8 });
  });

  it("14b v2: the last block is the system block", () => {
    const dump = kind(parseDump(json({ FileType: "14b v2", blocks: blocks(17, 4) })), "iso14443b-memory");
    expect(dump).toMatchObject({ product: "SRIX512", uid: undefined, systemBlock: fromHex("10101010") });
    expect(parseDump(formatDump(dump, "proxmark3-json"))).toEqual(dump);
    expect(refusal(() => parseDump(json({ FileType: "14b v2", blocks: blocks(18, 4) }))).code).toBe("UNSUPPORTED_KIND");
  });

  it("topaz", () => {
    const file = {
      FileType: "topaz",
      Card: { UID: "25C1D7001A2B3C", H0R1: "1148", Size: "7800" },
      blocks: blocks(15, 8),
    };
    const dump = kind(parseDump(json(file)), "topaz");
    expect(dump).toMatchObject({ hr0: 0x11, hr1: 0x48, unread: [] });
    expect(JSON.parse(new TextDecoder().decode(formatDump(dump, "proxmark3-json")))).toEqual({
      Created: "cardwire",
      ...file,
      // under both names: the client writes the one and reads the other
      Card: { ...file.Card, HR01: "1148" },
    });
    const long = { ...file, Card: { ...file.Card, Size: "0002" } };
    expect(refusal(() => parseDump(json(long)))).toEqual({ code: "PARTIAL", field: "Card.Size", line: 6 });
    expect(kind(parseDump(json(long), { allowPartial: true }), "topaz").unread).toEqual([{ offset: 120, length: 392 }]);
  });

  it.each([["iclass"], ["t55x7"], ["mfdes"], ["legic v2"], ["hitag"]])("%s is refused by its name", (type) => {
    expect(refusal(() => parseDump(json({ Created: "proxmark3", FileType: type })))).toEqual({
      code: "UNSUPPORTED_KIND",
      field: "FileType",
      line: 3,
    });
  });
});

describe("what is refused, with line and field", () => {
  const mfu = fixtureText("ntag216-empty.json");
  it.each([
    ["no file type", '"FileType"', '"Type"', "DAMAGED", "FileType", 1],
    ["a block with half a byte", '"17": "00000000"', '"17": "0000000"', "DAMAGED", "blocks.17", 35],
    ["a block that is too long", '"17": "00000000"', '"17": "0000000000"', "DAMAGED", "blocks.17", 35],
    ["a block that is no string", '"17": "00000000"', '"17": 0', "DAMAGED", "blocks.17", 35],
    ["a block that is missing", '    "17": "00000000",\n', "", "PARTIAL", "blocks.17", undefined],
    ["a block that was not read", '"17": "00000000"', '"17": "????????"', "PARTIAL", "blocks.17", 35],
    ["a block that has no number", '"17": "00000000"', '"x": "00000000"', "DAMAGED", "blocks.x", 35],
    ["the last block missing", ',\n    "230": "00000000"', "", "PARTIAL", "blocks.230", undefined],
    [
      "a block too many",
      '"230": "00000000"',
      '"230": "00000000",\n    "231": "00000000"',
      "DAMAGED",
      "blocks.231",
      249,
    ],
    ["another UID than the memory's", '"UID": "0458', '"UID": "0459', "DAMAGED", "Card.UID", 5],
    ["a signature that is too short", "1A1755", "1A17", "DAMAGED", "Card.Signature", 9],
    ["no complete JSON", '"230": "00000000"\n  }\n}', '"230": "00000000"\n', "DAMAGED", undefined, 249],
    ["no JSON", '"FileType": "mfu",', '"FileType": mfu,', "DAMAGED", undefined, 3],
    ["no blocks", '"blocks": {', '"block": {', "DAMAGED", "blocks", undefined],
  ])("%s", (_, from, to, code, field, line) => {
    expect(mfu).toContain(from);
    const found = refusal(() => parseDump(text(mfu.replace(from, to))));
    expect(found).toMatchObject({ code, field });
    if (line !== undefined) expect(found.line).toBe(line);
  });

  it("MIFARE Classic with a number of blocks that no card has", () => {
    const card = { UID: "00000000", ATQA: "0400", SAK: "08" };
    expect(refusal(() => parseDump(json({ FileType: "mfc v2", Card: card, blocks: blocks(63, 16) })))).toMatchObject({
      code: "PARTIAL",
      field: "blocks.63",
    });
  });
});

describe("binary files", () => {
  const dump = kind(parseDump(fixture("ntag216-empty.json")), "mifare-ultralight");

  it("mfu with its header", () => {
    const file = formatDump({ ...dump, counters: [1, 2, 0x030405] }, "proxmark3-bin");
    expect(file).toHaveLength(56 + 924);
    expect(toHex(file.subarray(0, 12))).toBe("0004040201001303000000E6");
    expect(parseDump(file)).toEqual({ ...dump, counters: [1, 2, 0x030405] });
  });

  it("mfu with the header that it had before", () => {
    const header = concatBytes(dump.version!, fromHex("0000 0102BD 8080 00"), dump.signature!);
    expect(parseDump(concatBytes(header, dump.memory))).toEqual({
      ...dump,
      counters: undefined,
      tearing: [1, 2, 0xbd],
    });
  });

  it("mfu without any", () => {
    expect(parseDump(dump.memory)).toMatchObject({ product: "NTAG216", memory: dump.memory, version: undefined });
    expect(formatDump(dump, "raw")).toEqual(dump.memory);
  });

  it("a real MIFARE Classic 1K", () => {
    const classic = kind(parseDump(fixture("s50-empty.bin"), { fileName: "s50-empty.bin" }), "mifare-classic");
    expect(classic).toMatchObject({ size: "1k", sak: 0x08, uid: fromHex("01A062BD"), atqa: fromHex("0400") });
    expect(formatDump(classic, "raw")).toEqual(fixture("s50-empty.bin"));
    expect(formatDump(classicKeysOf(classic), "raw")).toEqual(fixture("s50-empty-key.bin"));
  });

  it("its keys", () => {
    const keys = kind(parseDump(fixture("s50-empty-key.bin")), "mifare-classic-keys");
    expect(keys.size).toBe("1k");
    expect(keys.keysA).toHaveLength(16);
    expect(keys.keysB[15]).toEqual(fromHex("FFFFFFFFFFFF"));
  });

  it("an NTAG whose UID does not fit its check bytes", () => {
    const wrong = dump.memory.slice();
    wrong[0] = 5;
    expect(refusal(() => parseDump(wrong))).toMatchObject({ code: "DAMAGED", field: "BCC0" });
    wrong.set(dump.memory);
    wrong[7] = 5;
    expect(refusal(() => parseDump(wrong))).toMatchObject({ code: "DAMAGED", field: "BCC1" });
    expect(refusal(() => parseDump(new Uint8Array(540)))).toMatchObject({ code: "DAMAGED", field: "BCC0" });
  });

  it.each([
    [320, "mini", 9],
    [1024, "1k", 8],
    [2048, "2k", 8],
    [4096, "4k", 0x18],
  ])("a MIFARE Classic of %i bytes with a UID of seven", (size, name, sak) => {
    const memory = new Uint8Array(size).fill(0x11);
    memory.set(fromHex("04112233445566"));
    expect(parseDump(memory)).toMatchObject({ size: name, sak, uid: fromHex("04112233445566") });
  });

  it("are refused where nothing tells what they are", () => {
    expect(refusal(() => parseDump(new Uint8Array(1000), { fileName: "x.bin" }))).toMatchObject({
      code: "UNKNOWN_FORMAT",
      field: "x.bin",
    });
    expect(refusal(() => parseDump(new Uint8Array(0))).code).toBe("UNKNOWN_FORMAT");
    expect(refusal(() => parseDump(new Uint8Array(2_000_000))).code).toBe("UNKNOWN_FORMAT");
    expect(refusal(() => parseDump(fixture("s50-empty.bin").slice(0, 1000))).code).toBe("UNKNOWN_FORMAT");
    expect(refusal(() => parseDump(text("hello"))).code).toBe("UNKNOWN_FORMAT");
  });
});

describe(".eml", () => {
  const classic = parseDump(fixture("s50-empty.bin"));
  const content = new TextDecoder().decode(formatDump(classic, "eml"));

  it("of a MIFARE Classic and of an Ultralight", () => {
    expect(content.split("\n")[0]).toBe("01A062BD7E080400011B8CC2D5107E1D");
    expect(parseDump(text(content))).toEqual(classic);
    expect(parseDump(text(content.toLowerCase().replaceAll("\n", "\r\n")))).toEqual(classic);
    const ultralight = parseDump(fixture("Ultralight_C.nfc"));
    expect(parseDump(formatDump(ultralight, "eml"))).toMatchObject({ product: "MIFARE Ultralight C" });
  });

  it("is refused with the line that is wrong", () => {
    const lines = content.split("\n");
    const broken = (index: number, line: string): Uint8Array =>
      text(lines.map((old, at) => (at === index ? line : old)).join("\n"));
    expect(refusal(() => parseDump(broken(5, "0G".repeat(16))))).toMatchObject({ code: "DAMAGED", line: 6 });
    expect(refusal(() => parseDump(broken(5, "00".repeat(15))))).toMatchObject({ code: "DAMAGED", line: 6 });
    expect(refusal(() => parseDump(broken(7, "--".repeat(16))))).toMatchObject({ code: "PARTIAL", line: 8 });
    expect(refusal(() => parseDump(broken(0, "00".repeat(8))))).toMatchObject({ code: "UNKNOWN_FORMAT", line: 1 });
    expect(parseDump(broken(7, "??".repeat(16)), { allowPartial: true })).toMatchObject({
      unread: [{ offset: 112, length: 16 }],
    });
  });
});
