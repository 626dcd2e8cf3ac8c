import { parseDump, type TagDump } from "@cardwire/virtual";
import { sampleDumps } from "@cardwire/virtual/samples";
import { describe, expect, test } from "vitest";
import { captureIo, type CapturedIo } from "../../test/captured-io.ts";
import { asText, FELICA_STANDARD, ofKind, ownJson, realFile, sample, SR176 } from "../../test/sample-files.ts";
import { EXIT } from "../exit-codes.ts";
import { runCli } from "../run-cli.ts";

async function dump(content: Uint8Array, ...words: readonly string[]): Promise<CapturedIo> {
  const io = captureIo({ files: { tag: content } });
  expect(await runCli(["dump", "--virtual", "tag", ...words], io)).toBe(EXIT.ok);
  return io;
}

/** Lines without comments, which say nothing to the device. */
const lines = (file: Uint8Array | undefined): string[] =>
  asText(file)
    .split("\n")
    .filter((line) => !line.startsWith("#"));

/** Lines of the one that the other does not have. */
const without = (one: readonly string[], other: readonly string[]): string[] =>
  one.filter((line) => !other.includes(line));

describe("files of the tools come back as they wrote them", () => {
  test("Proxmark3 JSON of an NTAG216, but for the password, which no tag shows", async () => {
    const real = realFile("ntag216-empty.json");
    const { files } = await dump(real, "-f", "proxmark3", "out.json");
    expect(asText(files.get("out.json"))).toBe(
      asText(real)
        .replace('"Created": "proxmark3"', '"Created": "cardwire"')
        .replace('"229": "FFFFFFFF"', '"229": "00000000"'),
    );
  });

  test("a raw MIFARE Classic and its keys, byte for byte", async () => {
    const { files } = await dump(realFile("s50-empty.bin"), "out.mfd");
    expect(files.get("out.mfd")).toEqual(realFile("s50-empty.bin"));
    const io = captureIo({ files: { tag: realFile("s50-empty.bin") } });
    expect(await runCli(["keys", "find", "--virtual", "tag", "-o", "keys.bin"], io)).toBe(EXIT.ok);
    expect(io.files.get("keys.bin")).toEqual(realFile("s50-empty-key.bin"));
  });

  test("Flipper: an NTAG215 in the newer version of the format", async () => {
    const real = lines(realFile("Ntag215.nfc"));
    const { files } = await dump(realFile("Ntag215.nfc"), "out.nfc");
    const own = lines(files.get("out.nfc"));
    expect(without(real, own)).toEqual([
      "Version: 3",
      "Device type: NTAG215",
      "Data format version: 1",
      "Counter 2: 00",
      "Tearing 2: 00",
    ]);
    // nothing was torn: an NTAG cannot be asked, and BD is what the tag would say
    expect(without(own, real)).toEqual([
      "Version: 4",
      "Device type: NTAG/Ultralight",
      "Data format version: 2",
      "NTAG/Ultralight type: NTAG215",
      "Counter 2: 0",
      "Tearing 2: BD",
    ]);
  });

  test("Flipper: an Ultralight C, up to the page that it protects, and without its key", async () => {
    const real = lines(realFile("Ultralight_C.nfc"));
    const { files, err } = await dump(realFile("Ultralight_C.nfc"), "out.nfc");
    const own = lines(files.get("out.nfc"));
    expect(own.filter((line) => !line.startsWith("Page"))).toEqual([
      ...real.filter((line) => !line.startsWith("Page") && line !== ""),
      ...(real.includes("Failed authentication attempts: 0") ? [] : ["Failed authentication attempts: 0"]),
      "",
    ]);
    expect(own).toContain("Pages total: 48");
    expect(own).toContain("Pages read: 5");
    expect(own).toContain("Page 3: E1 10 12 00");
    expect(err).toContain("172 bytes were not read");
  });

  test("Flipper: a FeliCa Lite-S, but for what the card keeps for itself or computes", async () => {
    const real = lines(realFile("Felica.nfc"));
    const { files } = await dump(realFile("Felica.nfc"), "out.nfc");
    const own = lines(files.get("out.nfc"));
    expect(own.map((line) => line.split(":")[0])).toEqual(real.map((line) => line.split(":")[0]));
    // block 4 wants authentication on this card; the card key reads as zeros; MAC_A and STATE are made when they are read
    expect(without(real, own).map((line) => line.split(":")[0])).toEqual([
      "Blocks read",
      "Block 4",
      "Block 22",
      "Block 25",
      "Block 26",
    ]);
    expect(own).toContain("Block 4: 01 B1 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
  });

  test("Flipper: an ICODE SLIX 2, but for passwords and protection, which no command reads", async () => {
    const real = lines(realFile("Slix_cap_default.nfc"));
    const { files } = await dump(realFile("Slix_cap_default.nfc"), "out.nfc");
    const own = lines(files.get("out.nfc"));
    expect(without(real, own).map((line) => line.split(":")[0])).toEqual([
      "Lock DSFID",
      "Lock AFI",
      "Password Read",
      "Password Write",
      "Password Privacy",
      "Password Destroy",
      "Password EAS",
      "Protection Pointer",
      "Protection Condition",
      "Lock EAS",
      "Lock PPL",
    ]);
    for (const line of ["Device type: SLIX", "UID: E0 04 01 08 49 D0 DC 81", "DSFID: 01", "AFI: 3D", "Block Count: 80"])
      expect(own).toContain(line);
  });
});

/** What a tag does not show is not in a dump that was read from it. */
function shown(dump_: TagDump): TagDump {
  if (dump_.kind === "mifare-ultralight") {
    const memory = dump_.memory.slice();
    if (dump_.product !== "MIFARE Ultralight") memory.fill(0, -8);
    return { ...dump_, memory };
  }
  return dump_;
}

describe("every family", () => {
  test.each(sampleDumps().map(({ fileName }) => fileName.split(".")[0] ?? ""))("%s is read whole", async (name) => {
    const original = shown(sample(name));
    const { files } = await dump(ownJson(sample(name)), "out.json");
    const read = parseDump(files.get("out.json") ?? new Uint8Array(0));
    expect(read.kind).toBe(original.kind);
    if ("memory" in read && "memory" in original) expect(read.memory).toEqual(original.memory);
    if (read.kind === "felica-lite")
      expect(read.blocks.filter(({ number }) => number < 0x80)).toEqual(
        ofKind(original, "felica-lite").blocks.filter(({ number }) => number < 0x80),
      );
    expect("unread" in read ? read.unread : []).toEqual([]);
  });

  test("FeliCa Standard: areas, services, and the blocks of those without a key", async () => {
    const { files } = await dump(ownJson(FELICA_STANDARD), "out.json");
    expect(parseDump(files.get("out.json") ?? new Uint8Array(0))).toEqual(FELICA_STANDARD);
  });

  test("SR176: blocks of 2 bytes, and no block beside them", async () => {
    const card = { ...ofKind(SR176, "iso14443b-memory"), product: undefined };
    const { files } = await dump(ownJson(card), "out.json");
    expect(parseDump(files.get("out.json") ?? new Uint8Array(0))).toEqual(SR176);
    expect((await dump(ownJson(card), "out.bin")).files.get("out.bin")).toEqual(
      ofKind(SR176, "iso14443b-memory").memory,
    );
    for (const name of ["out.nfc", "out.eml"]) {
      const io = captureIo({ files: { tag: ownJson(card) } });
      expect(await runCli(["dump", "--virtual", "tag", name], io)).toBe(EXIT.card);
      expect(io.err).toContain("A .json file can.");
    }
  });

  test("a MIFARE Classic of which one sector stays closed", async () => {
    const card = ofKind(sample("classic-1k-ndef"), "mifare-classic");
    const memory = card.memory.slice();
    // key A and key B of sector 15
    for (const offset of [1008, 1018]) memory.fill(0x5a, offset, offset + 6);
    const io = await dump(ownJson({ ...card, memory }), "out.nfc");
    expect(io.err).toBe("64 bytes were not read (no key that was tried opens them: --keys FILE tries others).\n");
    expect(asText(io.files.get("out.nfc"))).toContain(`Block 60: ${"?? ".repeat(16).trimEnd()}\n`);
    expect(asText(io.files.get("out.nfc"))).toContain("Block 59: FF FF FF FF FF FF FF 07 80 69 FF FF FF FF FF FF\n");

    const files = { tag: ownJson({ ...card, memory }), "keys.dic": "# mine\n5A5A5A5A5A5A\n" };
    const raw = captureIo({ files });
    expect(await runCli(["dump", "--virtual", "tag", "out.mfd"], raw)).toBe(EXIT.card);
    expect(raw.err).toContain("The format raw cannot hold this");
    expect(raw.err).toContain("--fill 00");
    expect(raw.files.has("out.mfd")).toBe(false);

    const filled = captureIo({ files });
    expect(await runCli(["dump", "--virtual", "tag", "--fill", "00", "out.mfd"], filled)).toBe(EXIT.ok);
    expect(filled.files.get("out.mfd")?.subarray(960)).toEqual(new Uint8Array(64));

    const keys = captureIo({ files });
    expect(await runCli(["dump", "--virtual", "tag", "--keys", "keys.dic", "out.mfd"], keys)).toBe(EXIT.ok);
    expect(keys.files.get("out.mfd")).toEqual(memory);
    expect(keys.progress).toContain("reading sector 16 of 16");
  });
});

describe("where it goes", () => {
  test("JSON about it, for programs", async () => {
    const { out } = await dump(ownJson(sample("ntag213-text")), "out.nfc", "--json");
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "bytes": 1396,
        "card": "NTAG213",
        "file": "out.nfc",
        "format": "flipper",
        "kind": "mifare-ultralight",
        "uid": "04A1B2C3D4E5F0",
        "unread": [],
      }
    `);
  });

  test("without a file it is printed: text as text, bytes as bytes", async () => {
    const { out } = await dump(ownJson(sample("topaz-96-text")));
    expect(JSON.parse(out)).toMatchObject({ format: "cardwire tag dump", kind: "topaz" });
    const raw = await dump(ownJson(sample("topaz-96-text")), "-f", "raw", "-");
    expect(raw.outBytes[0]).toHaveLength(120);
    expect(raw.out).toBe("");
  });

  test.each([
    ["out.nfc", "Filetype: Flipper NFC device"],
    ["out.json", '{\n  "format": "cardwire tag dump"'],
    ["out.eml", "04A1B2"],
  ])("%s has the format of its name", async (name, begin) => {
    const { files } = await dump(ownJson(sample("ntag213-text")), name);
    expect(asText(files.get(name)).startsWith(begin)).toBe(true);
  });

  test("a file that is there is not replaced unless that is meant", async () => {
    const io = captureIo({ files: { "a.json": "mine" } });
    expect(await runCli(["dump", "--virtual", "sample:topaz-96-text", "a.json"], io)).toBe(EXIT.input);
    expect(io.err).toBe("cardwire: a.json: the file is there already (--force replaces it).\n");
    expect(asText(io.files.get("a.json"))).toBe("mine");
    expect(await runCli(["dump", "--virtual", "sample:topaz-96-text", "--force", "a.json"], io)).toBe(EXIT.ok);
    expect(asText(io.files.get("a.json"))).not.toBe("mine");
  });

  test("a name that stands for no format is refused before a card is waited for", async () => {
    const io = captureIo({ openContext: () => Promise.reject(new Error("opened")) });
    for (const name of ["out.xyz", "out", "out.nfc.bak"]) expect(await runCli(["dump", name], io)).toBe(EXIT.usage);
    expect(io.err).toMatch(
      /^cardwire: The name out\.xyz stands for no format: let it end in \.nfc \(Flipper Zero\), .*\. Or name the format: -f flipper, /,
    );
    const named = await dump(ownJson(sample("ntag213-text")), "-f", "json", "out.xyz");
    expect(asText(named.files.get("out.xyz"))).toContain("cardwire tag dump");
    const there = captureIo({ files: { "a.nfc": "mine" }, openContext: () => Promise.reject(new Error("opened")) });
    expect(await runCli(["dump", "a.nfc"], there)).toBe(EXIT.input);
    expect(there.err).toContain("the file is there already");
  });

  test("a file that cannot be written, a format that cannot hold it", async () => {
    const denied = captureIo();
    expect(await runCli(["dump", "--virtual", "sample:topaz-96-text", "locked/a.json"], denied)).toBe(EXIT.input);
    expect(denied.err).toContain("permission to write it is denied");
    const eml = captureIo();
    expect(await runCli(["dump", "--virtual", "sample:topaz-96-text", "a.eml"], eml)).toBe(EXIT.card);
    expect(eml.err).toContain("A .json file can.");
    expect(eml.files.size).toBe(0);
  });
});
