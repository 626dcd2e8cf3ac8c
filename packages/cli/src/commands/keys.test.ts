import { formatDump } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { captureIo, IMPATIENT } from "../../test/captured-io.ts";
import { asText, changed, ofKind, ownJson, realFile, sample } from "../../test/sample-files.ts";
import { EXIT } from "../exit-codes.ts";
import { runCli } from "../run-cli.ts";

const DICTIONARY = `# keys
FFFFFFFFFFFF
a0a1a2a3a4a5   # MAD
D3F7D3F7D3F7// NDEF

ffffffffffff
12345
`;

describe("keys list and check", () => {
  test("a dictionary: each key once, comments of both kinds", async () => {
    const io = captureIo({ files: { "a.dic": DICTIONARY } });
    expect(await runCli(["keys", "list", "a.dic"], io)).toBe(EXIT.ok);
    expect(io.out).toBe("FFFFFFFFFFFF\nA0A1A2A3A4A5\nD3F7D3F7D3F7\n");
    expect(io.err).toBe('a.dic: line 7 is no key ("cardwire keys check" shows why).\n');
  });

  test("binary key files and dumps", async () => {
    const io = captureIo({
      files: {
        "keys.bin": realFile("s50-empty-key.bin"),
        "card.nfc": formatDump(sample("classic-1k-ndef"), "flipper"),
        "card.json": ownJson(sample("classic-1k-ndef")),
        "card.eml": formatDump(sample("classic-1k-ndef"), "eml"),
      },
    });
    expect(await runCli(["keys", "list", "keys.bin", "--json"], io)).toBe(EXIT.ok);
    expect(JSON.parse(io.out)).toEqual({ keys: ["FFFFFFFFFFFF"] });
    for (const file of ["card.nfc", "card.json", "card.eml"]) {
      const one = captureIo({ files: Object.fromEntries(io.files) });
      expect(await runCli(["keys", "list", file], one)).toBe(EXIT.ok);
      expect(one.out).toBe("A0A1A2A3A4A5\nFFFFFFFFFFFF\nD3F7D3F7D3F7\n");
    }
  });

  test("mistakes are told with their lines", async () => {
    const io = captureIo({ files: { "a.dic": DICTIONARY } });
    expect(await runCli(["keys", "check", "a.dic"], io)).toBe(EXIT.input);
    expect(io.out).toBe(
      "a.dic  dictionary, 3 keys\n" +
        "  line 6  stands in line 2 already  ffffffffffff\n" +
        "  line 7  a key has 12 hexadecimal digits  12345\n",
    );
    const json = captureIo({ files: { "a.dic": DICTIONARY } });
    await runCli(["keys", "check", "a.dic", "--json"], json);
    expect(JSON.parse(json.out)).toMatchInlineSnapshot(`
      {
        "files": [
          {
            "file": "a.dic",
            "keys": 3,
            "kind": "dictionary",
            "mistakes": [
              {
                "line": 6,
                "reason": "stands in line 2 already",
                "text": "ffffffffffff",
              },
              {
                "line": 7,
                "reason": "a key has 12 hexadecimal digits",
                "text": "12345",
              },
            ],
          },
        ],
      }
    `);
  });

  test("a file that is none", async () => {
    const io = captureIo({ files: { "a.bin": Uint8Array.of(1, 2, 3), "b.nfc": ownJson(sample("slix-uri")) } });
    expect(await runCli(["keys", "list", "a.bin"], io)).toBe(EXIT.input);
    expect(io.err).toContain("a.bin: no key file: ");
    expect(await runCli(["keys", "find", "b.nfc", "--virtual", "sample:classic-1k-ndef"], io)).toBe(EXIT.input);
    expect(io.err).toContain("b.nfc: there is no key in it (line 1: no MIFARE Classic, so it has no keys).");
  });
});

describe("keys find", () => {
  const card = changed(
    ofKind(sample("classic-1k-ndef"), "mifare-classic"),
    [1008, 1, 2, 3, 4, 5, 6],
    [1018, 9, 9, 9, 9, 9, 9],
  );
  const files = { "card.json": ownJson(card), "keys.dic": "010203040506\n" };

  test("which keys open which sectors, with progress", async () => {
    const io = captureIo({ files });
    expect(await runCli(["keys", "find", "keys.dic", "--virtual", "card.json", "-o", "found.dic"], io)).toBe(EXIT.ok);
    const lines = io.out.split("\n");
    expect(lines[0]).toBe("sector  key A         key B");
    expect(lines[1]).toBe("     0  A0A1A2A3A4A5  FFFFFFFFFFFF");
    expect(lines[16]).toBe("    15  010203040506  not found   ");
    expect(lines[17]).toBe("31 of 32 found, 4 keys tried.");
    expect(asText(io.files.get("found.dic"))).toBe("A0A1A2A3A4A5\nFFFFFFFFFFFF\nD3F7D3F7D3F7\n010203040506\n");
    expect(io.progress).toContain("key 2 of 4, 1 of 32 found");
  });

  test("lines that are no keys are told, and the others are tried", async () => {
    const io = captureIo({ files: { ...files, "typos.dic": "01020304050\n010203040506\nxyz\n" } });
    expect(await runCli(["keys", "find", "typos.dic", "--virtual", "card.json"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("31 of 32 found, 4 keys tried.");
    expect(io.err).toBe('typos.dic: line 1 is no key, nor is 1 more ("cardwire keys check" shows why).\n');
  });

  test("for programs", async () => {
    const io = captureIo({ files });
    expect(await runCli(["keys", "find", "--virtual", "card.json", "--json"], io)).toBe(EXIT.ok);
    const found = JSON.parse(io.out) as { sectors: unknown[] };
    expect(found).toMatchObject({
      reader: "cardwire NFC 0",
      uid: "1A2B3C4D",
      size: "1k",
      tried: 3,
      found: 30,
      places: 32,
    });
    expect(found.sectors[15]).toEqual({ sector: 15 });
  });

  test("a binary file is not written with keys that nobody knows; a card that has no such keys", async () => {
    const io = captureIo({ files });
    expect(await runCli(["keys", "find", "keys.dic", "--virtual", "card.json", "-o", "found.bin"], io)).toBe(EXIT.card);
    expect(io.err).toContain("sector 15 lacks one; a .dic file holds those that were found.");
    const ntag = captureIo();
    expect(await runCli(["keys", "find", "--virtual", "sample:ntag213-text"], ntag)).toBe(EXIT.card);
    expect(ntag.err).toBe("cardwire: This card (NTAG213) is no MIFARE Classic: it has no such keys.\n");
  });

  test("wrong keys for a write: the sector is named, and what to do", async () => {
    const io = captureIo({
      files: { ...files, "dump.json": ownJson(changed(card, [960, 1, 2, 3])) },
      clock: IMPATIENT,
    });
    const locked = changed(card, [1008, 7, 7, 7, 7, 7, 7], [1018, 7, 7, 7, 7, 7, 7]);
    io.files.set("locked.json", ownJson(locked));
    expect(await runCli(["restore", "dump.json", "--virtual", "locked.json", "--yes"], io)).toBe(EXIT.card);
    expect(io.err).toMatch(/sector 15.* Give its keys with --keys FILE/);
  });
});
