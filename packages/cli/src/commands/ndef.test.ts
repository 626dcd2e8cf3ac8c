import { formatDump } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { captureIo, type CapturedIo } from "../../test/captured-io.ts";
import { beforeWrite } from "../../test/mishaps.ts";
import { asText, changed, ofKind, ownJson, sample } from "../../test/sample-files.ts";
import { EXIT } from "../exit-codes.ts";
import { runCli } from "../run-cli.ts";

const MEMBERS = [
  "ntag216-uri",
  "classic-1k-ndef",
  "felica-lite-s-uri",
  "slix-uri",
  "topaz-96-text",
  "type4-uri",
] as const;

async function run(io: CapturedIo, ...words: readonly string[]): Promise<unknown> {
  expect(await runCli([...words, "--json"], io), io.err).toBe(EXIT.ok);
  return JSON.parse(io.out.slice(io.out.lastIndexOf("\n{\n") + 1)) as unknown;
}

describe.each(MEMBERS)("%s", (name) => {
  test("what is written is read, also on the saved tag", async () => {
    const io = captureIo();
    const words = ["--text", "Grüße", "--lang", "de", "--uri", "https://example.com/a"];
    await run(io, "ndef", "write", "--virtual", `sample:${name}`, "--save", "now.json", ...words);
    expect(await run(io, "ndef", "read", "--virtual", "now.json")).toMatchObject({
      state: { status: "message", writeAccess: "open" },
      records: [
        { recordType: "text", lang: "de", text: "Grüße" },
        { recordType: "url", text: "https://example.com/a" },
      ],
    });
  });
});

describe("ndef read", () => {
  test("in words, as JSON, as bytes", async () => {
    const io = captureIo();
    expect(await runCli(["ndef", "read", "--virtual", "sample:ntag213-text", "-o", "m.ndef"], io)).toBe(EXIT.ok);
    expect(io.out).toBe('text  "Hello, cardwire!"  en\n');
    expect(io.files.get("m.ndef")).toHaveLength(23);
    const json = captureIo();
    expect(await run(json, "ndef", "read", "--virtual", "sample:ntag213-text")).toMatchInlineSnapshot(`
      {
        "bytes": "D101135402656E48656C6C6F2C20636172647769726521",
        "card": "NTAG213",
        "reader": "cardwire NFC 0",
        "records": [
          {
            "lang": "en",
            "recordType": "text",
            "text": "Hello, cardwire!",
          },
        ],
        "state": {
          "capacityBytes": 137,
          "messageBytes": 23,
          "readAccess": "open",
          "status": "message",
          "type": 2,
          "version": "1.0",
          "writeAccess": "open",
        },
        "uid": "04A1B2C3D4E5F0",
      }
    `);
  });

  test("what it prints as JSON is what write takes", async () => {
    const io = captureIo({ files: { "pic.png": Uint8Array.of(0x89, 0x50, 0x4e, 0x47) } });
    const words = [
      "--mime",
      "image/png=pic.png",
      "--external",
      "example.com:x=pic.png",
      "--android-app",
      "com.example",
    ];
    const wifi = ["--wifi", "home=correct horse", "--uri", "tel:+123", "--text", "x"];
    await run(io, "ndef", "write", "--virtual", "sample:ntag216-uri", "--save", "a.json", ...words, ...wifi);
    const first = captureIo({ files: Object.fromEntries(io.files) });
    await run(first, "ndef", "read", "--virtual", "a.json");
    const second = captureIo({ files: { "-": first.out } });
    await run(second, "ndef", "write", "--virtual", "sample:ntag216-uri", "--message", "-", "--save", "b.json");
    const third = captureIo({ files: Object.fromEntries(second.files) });
    await run(third, "ndef", "read", "--virtual", "b.json");
    expect(JSON.parse(third.out)).toEqual(JSON.parse(first.out));
    expect(JSON.parse(first.out)).toMatchObject({
      records: [
        { recordType: "mime", mediaType: "image/png", data: "89504E47" },
        { recordType: "example.com:x" },
        { recordType: "android.com:pkg" },
        { recordType: "mime", mediaType: "application/vnd.wfa.wsc" },
        { recordType: "url", text: "tel:+123" },
        { recordType: "text", text: "x" },
      ],
    });
  });

  test("a tag that is not formatted, a card that keeps none, a message that is damaged", async () => {
    const ntag = ofKind(sample("ntag213-text"), "mifare-ultralight");
    const blank = ownJson(changed(ntag, [12, 0, 0, 0, 0], [16, ...new Uint8Array(40)]));
    const damaged = ownJson(changed(ntag, [23, 0xff]));
    const cases: readonly (readonly [tag: Uint8Array, message: string])[] = [
      [blank, 'This card (NTAG213) is not formatted for NDEF: "cardwire ndef format" prepares a blank one.'],
      [ownJson(sample("st25tb04k")), "This card (ST25TB04K) is of a kind that keeps no NDEF."],
      [damaged, "The message on the tag is damaged: "],
    ];
    for (const [tag, message] of cases) {
      const io = captureIo({ files: { tag } });
      expect(await runCli(["ndef", "read", "--virtual", "tag"], io)).toBe(EXIT.card);
      expect(io.err).toContain(`cardwire: ${message}`);
      expect(io.out).toBe("");
    }
  });
});

describe("ndef write", () => {
  test.each([
    [[], "There is no record to write"],
    [["--text", "a", "--bytes", "b"], "whole messages"],
    [["--mime", "text/plain"], "no type with its file"],
    [["--external", "nodomain=f"], `"nodomain" is no type of one's own`],
    [["--lang", "x".repeat(70), "--text", "a"], "This cannot be a message: text: record 0: language code"],
    [["--uri", "example.com/a"], "it lacks its scheme. Did you mean https://example.com/a?"],
    [["--uri", "two words"], '"two words" is no address: addresses are such as https://example.com'],
    [["--uri", "http://"], '"http://" is no address'],
    [["--wifi", "home=short"], 'The password of "home" cannot be one of WPA2'],
    [["--wifi", "=correct horse"], "--wifi wants the network's name"],
    [["--android-app", "no package"], `"no package" is no Android application's package`],
    [["--text", "a", "--save", "a.xyz"], "The name a.xyz stands for no format"],
  ])("%s is a wrong command line", async (words, reason) => {
    const io = captureIo({ files: { f: "f" } });
    expect(await runCli(["ndef", "write", "--virtual", "sample:ntag213-text", ...words], io)).toBe(EXIT.usage);
    expect(io.err).toContain(reason);
  });

  test.each([
    [["--bytes", "none"], "none: there is no such file."],
    [["--bytes", "f"], "f: no NDEF message: "],
    [["--message", "f"], "f: no message as ndef read --json prints it: it is no JSON."],
    [["--message", "g"], 'g: no message as ndef read --json prints it: record 0 has no "recordType".'],
    [["--mime", "text/plain=none"], "none: there is no such file."],
  ])("%s is a bad file", async (words, reason) => {
    const io = captureIo({ files: { f: "fffff", g: '{"records":[{}]}' } });
    expect(await runCli(["ndef", "write", "--virtual", "sample:ntag213-text", ...words], io)).toBe(EXIT.input);
    expect(io.err).toContain(`cardwire: ${reason}`);
  });

  test("a tag that is too small says how much it holds", async () => {
    const io = captureIo();
    const text = "x".repeat(200);
    expect(await runCli(["ndef", "write", "--virtual", "sample:ntag213-text", "--text", text], io)).toBe(EXIT.card);
    expect(io.err).toBe(
      "cardwire: The message has 207 bytes, and the tag holds 137. Write less, or take a larger one.\n",
    );
  });

  test("a tag that is read-only", async () => {
    const io = captureIo();
    const virtual = ["--virtual", "sample:ntag213-text"];
    expect(await runCli(["ndef", "lock", ...virtual, "--yes", "--save", "sealed.json"], io)).toBe(EXIT.ok);
    expect(io.out).toBe("NTAG213 is read-only now, for ever.\n");
    expect(await runCli(["ndef", "write", "--virtual", "sealed.json", "--text", "a"], io)).toBe(EXIT.card);
    expect(io.err).toBe("cardwire: The tag is read-only, and stays so. Use another one.\n");
    const info = captureIo({ files: Object.fromEntries(io.files) });
    await runCli(["info", "--virtual", "sealed.json"], info);
    expect(info.out).toContain("23 of 137 bytes, read-only");
  });

  test("the card is pulled in the middle, or the user has had enough", async () => {
    const pulled = captureIo(
      beforeWrite(3, (pull) => {
        pull();
      }),
    );
    const words = ["ndef", "write", "--virtual", "sample:ntag216-uri", "--text", "x".repeat(60)];
    expect(await runCli(words, pulled)).toBe(EXIT.card);
    expect(pulled.err).toContain('The card in reader "cardwire NFC 0" was taken away');
    const stopper = new AbortController();
    const aborted = captureIo({
      signal: stopper.signal,
      ...beforeWrite(3, () => {
        stopper.abort();
      }),
    });
    expect(await runCli(words, aborted)).toBe(EXIT.interrupted);
    expect(aborted.err).toContain("Interrupted in the middle of writing");
  });
});

describe("ndef format and lock", () => {
  test("a blank tag is prepared, and can be written", async () => {
    const ntag = ofKind(sample("ntag213-text"), "mifare-ultralight");
    const blank = changed(ntag, [12, 0, 0, 0, 0], [16, ...new Uint8Array(40)]);
    const io = captureIo({ files: { "blank.nfc": formatDump(blank, "flipper") } });
    expect(await runCli(["ndef", "format", "--virtual", "blank.nfc", "--save", "now.nfc"], io)).toBe(EXIT.ok);
    expect(io.out).toBe("NTAG213 is ready for NDEF: 137 bytes fit.\n");
    expect(asText(io.files.get("now.nfc"))).toContain("Page 3: E1 10 12 00\n");
    expect(await runCli(["ndef", "write", "--virtual", "now.nfc", "--text", "a"], io)).toBe(EXIT.ok);
  });

  test("a message is removed only when that is meant", async () => {
    const io = captureIo();
    expect(await runCli(["ndef", "format", "--virtual", "sample:slix-uri"], io)).toBe(EXIT.usage);
    expect(io.err).toContain("There is a message of 22 bytes on this card; --yes removes it.");
    expect(await runCli(["ndef", "format", "--virtual", "sample:slix-uri", "--yes"], io)).toBe(EXIT.ok);
  });

  test("without --yes nothing is locked", async () => {
    const io = captureIo();
    expect(await runCli(["ndef", "lock", "--virtual", "sample:ntag213-text", "--save", "now.json"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("Nothing has been locked yet");
    const again = captureIo({ files: Object.fromEntries(io.files) });
    expect(await runCli(["ndef", "write", "--virtual", "now.json", "--text", "a"], again)).toBe(EXIT.ok);
  });

  test("what is locked already, and what cannot be", async () => {
    const io = captureIo();
    const lock = ["ndef", "lock", "--virtual"];
    expect(await runCli([...lock, "sample:slix-uri", "--yes", "--save", "now.json"], io)).toBe(EXIT.ok);
    const again = captureIo({ files: Object.fromEntries(io.files) });
    expect(await runCli([...lock, "now.json"], again)).toBe(EXIT.ok);
    expect(again.out).toBe("ICODE SLIX is read-only already: there is nothing to lock.\n");
    expect(await runCli([...lock, "now.json", "--yes"], again)).toBe(EXIT.ok);
    const json = captureIo({ files: Object.fromEntries(io.files) });
    expect(await run(json, ...lock, "now.json")).toMatchObject({ locked: true, state: { writeAccess: "read-only" } });
    const blank = captureIo();
    expect(await runCli([...lock, "sample:ultralight-ev1-ticket"], blank)).toBe(EXIT.card);
    expect(blank.err).toContain('is not formatted for NDEF: "cardwire ndef format" prepares a blank one.');
    expect(blank.out).toBe("");
  });
});
