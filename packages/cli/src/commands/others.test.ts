import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualReader, NoTransportError } from "cardwire";
import { BARE_MACHINE, captureIo, IMPATIENT } from "../../test/captured-io.ts";
import { ownJson, sample } from "../../test/sample-files.ts";
import type { Machine } from "../doctor/machine.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { runCli } from "../run-cli.ts";

const WITHOUT_PCSCD: Pick<CliIo, "openContext"> = {
  openContext: () => Promise.reject(new NoTransportError("NO_SERVICE", "There is none.")),
};
const JSON_LINE = (line: string): unknown => JSON.parse(line) as unknown;

describe("readers, info, atr", () => {
  test("readers as JSON", async () => {
    const io = captureIo();
    expect(await runCli(["readers", "--virtual", "sample:ntag213-text", "--json"], io)).toBe(EXIT.ok);
    expect(JSON_LINE(io.out)).toMatchInlineSnapshot(`
      [
        {
          "atr": "3B8F8001804F0CA00000030603003D0000000056",
          "card": "MIFARE Ultralight EV1",
          "cardPresent": true,
          "eventCount": 1,
          "exclusive": false,
          "inUse": false,
          "mute": false,
          "reader": "cardwire NFC 0",
        },
      ]
    `);
  });

  test("info says what a card is, and does not read its memory", async () => {
    const io = captureIo();
    expect(await runCli(["info", "--virtual", "sample:ntag213-text"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("NFC Forum Type 2 1.0, 23 of 137 bytes, writable");
    expect(io.out).not.toContain("memory    ");
    const json = captureIo();
    expect(await runCli(["info", "--virtual", "sample:ntag213-text", "--json"], json)).toBe(EXIT.ok);
    const info = JSON_LINE(json.out) as Record<string, unknown>;
    expect(info).toMatchObject({
      reader: "cardwire NFC 0",
      uid: "04A1B2C3D4E5F0",
      card: { name: "NTAG213", family: "mifare-ultralight", kind: "storage", certainty: "product" },
      ndefState: { type: 2, status: "message", messageBytes: 23, capacityBytes: 137, writeAccess: "open" },
      ndef: { records: [{ recordType: "text", lang: "en", text: "Hello, cardwire!" }] },
      problems: [],
    });
    expect(info).not.toHaveProperty("memory");
  });

  test("atr explains one that is given, or the card's", async () => {
    const io = captureIo();
    expect(await runCli(["atr", "3B", "80", "80", "01", "01"], io)).toBe(EXIT.ok);
    expect(io.out).toMatchInlineSnapshot(`
      "3B 80 80 01 01
        3B  TS   direct convention
        80  T0   TD1 follows; historical bytes: 0
        80  TD1  T=0; TD2 follows
        01  TD2  T=1; no interface bytes follow
        01  TCK  check byte, right

      ISO 14443-4 card
      "
    `);
    const card = captureIo();
    expect(await runCli(["atr", "--virtual", "sample:slix-uri", "--json"], card)).toBe(EXIT.ok);
    expect(JSON_LINE(card.out)).toMatchObject({ card: { family: "iso15693" }, defects: [] });
    const wrong = captureIo();
    expect(await runCli(["atr", "3B80", "XY"], wrong)).toBe(EXIT.usage);
    expect(wrong.err).toContain('"3B80 XY" is no answer to reset');
    const damaged = captureIo();
    expect(await runCli(["atr", "3B80"], damaged)).toBe(EXIT.ok);
    expect(damaged.out).toContain("TD1 at offset 2");
  });

  test("read with keys of one's own shows what they open", async () => {
    const io = captureIo({ files: { "k.dic": "FFFFFFFFFFFF\n" } });
    expect(await runCli(["read", "--virtual", "sample:classic-1k-ndef", "--keys", "k.dic"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("key B FFFFFFFFFFFF");
    expect(io.progress.at(-1)).toBe("reading MIFARE Classic 1K, 16 of 16");
  });
});

describe("trace", () => {
  test("what --json prints is shown again as it was", async () => {
    const live = captureIo();
    expect(await runCli(["trace", "--virtual", "sample:classic-1k-ndef", "--json"], live)).toBe(EXIT.ok);
    const again = captureIo({ files: { "tap.jsonl": live.out } });
    expect(await runCli(["trace", "tap.jsonl", "--json"], again)).toBe(EXIT.ok);
    expect(again.out).toBe(live.out);
    const ladder = captureIo({ files: { "tap.jsonl": live.out } });
    expect(await runCli(["trace", "tap.jsonl"], ladder)).toBe(EXIT.ok);
    // the answer to the reset in it tells whose frames these are
    expect(ladder.out).toMatch(/RF {4}30 01 {2}READ block 01$/m);
    expect(ladder.out).toContain("A0 A1 A2 A3 A4 A5  authenticate block 0 with key A");
  });

  test("pcapng: of a tap with the tag's selection, of a recording of APDUs", async () => {
    const live = captureIo();
    expect(await runCli(["trace", "--virtual", "sample:ntag213-text", "--pcapng", "tap.pcapng"], live)).toBe(EXIT.ok);
    const capture = live.files.get("tap.pcapng") ?? new Uint8Array(0);
    // section header block, and the interface with the link type of ISO/IEC 14443
    expect(capture.slice(0, 4)).toEqual(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a));
    expect(Buffer.from(capture).includes(Buffer.from([0x93, 0x70, 0x88, 0x04, 0xa1]))).toBe(true);
    const lines = [
      { layer: "apdu", direction: "down", timeUs: 1, bytes: "FFCA000000" },
      { layer: "apdu", direction: "up", timeUs: 2, bytes: "040506079000" },
    ];
    const apdus = captureIo({ files: { "a.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") } });
    expect(await runCli(["trace", "a.jsonl", "--pcapng", "a.pcapng"], apdus)).toBe(EXIT.ok);
    expect(Buffer.from(apdus.files.get("a.pcapng") ?? []).includes(Buffer.from("ffca000000", "hex"))).toBe(true);
  });

  test("a log of I/O controls", async () => {
    const log =
      '{"event":"request","timeUs":5,"id":1,"code":3211316,"input":"","outputLength":4}\n' +
      '{"event":"result","timeUs":9,"id":1,"status":0,"output":"06000000"}\n';
    const io = captureIo({ files: { log } });
    expect(await runCli(["trace", "log"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("4  ← IOCTL");
  });

  test.each([
    ["", "there is nothing in this recording"],
    ["hello\n", "line 1"],
    ['{"layer":"apdu","direction":"down","timeUs":1,"bytes":"FFCA000000"}\n{"layer":"sound"}\n', "line 2"],
  ])("%j is no recording", async (content, reason) => {
    const io = captureIo({ files: { f: content } });
    expect(await runCli(["trace", "f"], io)).toBe(EXIT.input);
    expect(io.err).toContain(reason);
  });
});

describe("emulate", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** vpcd: asks for the answer to reset, sends a command, and keeps what comes back. */
  async function vpcd(messages: readonly (readonly number[])[], answers: Uint8Array[]): Promise<number> {
    const listening = createServer((socket: Socket) => {
      const ask = (): void => {
        const message = messages[answers.length];
        if (message !== undefined) socket.write(Uint8Array.of(0, message.length, ...message));
      };
      socket.on("data", (data) => {
        answers.push(new Uint8Array(data.subarray(2)));
        ask();
      });
      socket.on("error", () => undefined);
      ask();
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  test("the dump is a card, until Ctrl-C", async () => {
    const answers: Uint8Array[] = [];
    const port = await vpcd([[0x04], [0xff, 0xca, 0x00, 0x00, 0x00]], answers);
    const stopper = new AbortController();
    const files = { "tag.json": ownJson(sample("ntag213-text")) };
    const io = captureIo({ files, signal: stopper.signal, ...WITHOUT_PCSCD });
    const emulating = runCli(["emulate", "tag.json", "--port", String(port), "--save", "end.json"], io);
    await expect.poll(() => answers.length, { timeout: 5000 }).toBe(2);
    expect(answers[0]?.[0]).toBe(0x3b);
    expect(answers[1]).toEqual(Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf0, 0x90, 0x00));
    stopper.abort();
    expect(await emulating).toBe(EXIT.interrupted);
    expect(io.out).toContain("tag.json is a card in pcscd now");
    expect(io.files.get("end.json")).toEqual(io.files.get("tag.json"));
  });

  test("without vpcd it says what to do", async () => {
    const port = await vpcd([], []);
    await new Promise((resolve) => server?.close(resolve));
    const says = async (machine: Partial<Machine>, ...words: readonly string[]): Promise<string> => {
      const io = captureIo({ clock: IMPATIENT, machine: { ...BARE_MACHINE, ...machine }, ...WITHOUT_PCSCD });
      const line = ["emulate", "sample:ntag213-text", "--port", String(port), ...words];
      expect(await runCli(line, io)).toBe(EXIT.service);
      return io.err;
    };
    const readText: Machine["readText"] = () => Promise.resolve("ID=debian\n");
    expect(await says({ readText })).toBe(
      `cardwire: Nobody takes a card at 127.0.0.1 port ${port}: vpcd, pcscd's driver for virtual cards, is not installed. ` +
        "Try: sudo apt install vsmartcard-vpcd && sudo systemctl restart pcscd. --wait waits for it.\n",
    );
    const exists: Machine["exists"] = (path) => Promise.resolve(path === "/etc/reader.conf.d/vpcd");
    const connect: Machine["connect"] = (target) => Promise.resolve("path" in target ? "open" : "refused");
    // vpcd listens for one card on each port, and not beyond it
    expect(await says({ exists, connect })).toContain(
      `has a card at port ${port} already (the next one's is ${port + 1})`,
    );
    expect(await says({ exists })).toContain(
      "vpcd is installed, and pcscd, whose driver it is, cannot be reached. Try: ",
    );
    expect(await says({}, "--host", "localhost")).toContain("is not installed");
    expect(await says({ platform: "darwin" })).toContain("there has to be a pcscd with its driver vpcd");
  });

  test("pcscd, which ends when nobody uses it, is kept for as long as the card is there", async () => {
    const answers: Uint8Array[] = [];
    const port = await vpcd([[0x04]], answers);
    const stopper = new AbortController();
    const calls: string[] = [];
    const reader = createVirtualReader();
    const io = captureIo({
      signal: stopper.signal,
      openContext: ({ transport }) => {
        calls.push(`opened ${transport ?? ""}`);
        const close = (): Promise<void> => (calls.push("closed"), reader.close());
        return Promise.resolve(Object.assign(reader.context, { [Symbol.asyncDispose]: close }));
      },
    });
    const emulating = runCli(["emulate", "sample:ntag213-text", "--port", String(port)], io);
    await expect.poll(() => answers.length, { timeout: 5000 }).toBe(1);
    expect(calls).toEqual(["opened pcsclite"]);
    stopper.abort();
    expect(await emulating).toBe(EXIT.interrupted);
    expect(calls).toEqual(["opened pcsclite", "closed"]);
  });

  test.each([
    [["emulate"], "missing required argument 'file'"],
    [["emulate", "sample:ntag213-text", "--port", "70000"], "Give a number from 1 to 65535."],
    [["emulate", "sample:none"], 'There is no sample "none"'],
  ])("%s is refused", async (words, reason) => {
    const io = captureIo();
    expect(await runCli(words, io)).toBe(EXIT.usage);
    expect(io.err).toContain(reason);
  });
});

describe("completion", () => {
  test.each(["bash", "zsh", "fish"])("%s knows every command and its options", async (shell) => {
    const io = captureIo();
    expect(await runCli(["completion", shell], io)).toBe(EXIT.ok);
    for (const word of ["readers", "restore", "ndef", "lock", "emulate", "pcapng", "proxmark3", "doctor"])
      expect(io.out).toContain(word);
  });

  test("another shell is refused", async () => {
    const io = captureIo();
    expect(await runCli(["completion", "cmd"], io)).toBe(EXIT.usage);
    expect(io.err).toContain("Allowed choices are bash, zsh, fish");
  });
});

describe("errors for programs", () => {
  test("a line of JSON with code, sentence and exit code", async () => {
    const io = captureIo();
    expect(await runCli(["apdu", "zz", "--json"], io)).toBe(EXIT.usage);
    expect(JSON_LINE(io.err)).toEqual({
      error: { code: "CLI", exitCode: 2, message: expect.stringContaining('"zz" is no hexadecimal APDU') as string },
    });
  });
});

test.each(
  [[], ["readers"], ["watch"], ["info"], ["read"], ["dump"], ["restore"], ["keys"], ["keys", "find"], ["ndef"]].concat([
    ["ndef", "read"],
    ["ndef", "write"],
    ["ndef", "format"],
    ["ndef", "lock"],
    ["apdu"],
    ["atr"],
    ["trace"],
    ["emulate"],
    ["doctor"],
    ["demo"],
    ["completion"],
  ]),
)("help of %s", async (...words) => {
  const io = captureIo();
  expect(await runCli([...words, "--help"], io)).toBe(EXIT.ok);
  expect(io.out).toContain(`Usage: cardwire${words.length === 0 ? "" : ` ${words.join(" ")}`}`);
  if (words.length !== 1 || (words[0] !== "keys" && words[0] !== "ndef")) expect(io.out).toContain("Examples:");
});
