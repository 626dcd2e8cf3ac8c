import { fromHex, SmartCardError, type SmartCardContext } from "@cardwire/core";
import { ntag213WithText, ntag216WithUri } from "@cardwire/virtual/samples";
import { formatDump, loadTag } from "@cardwire/virtual";
import { createVirtualReader, NoTransportError } from "cardwire";
import { describe, expect, test } from "vitest";
import { captureIo } from "../test/captured-io.ts";
import { EXIT } from "./exit-codes.ts";
import { runCli } from "./run-cli.ts";

const NTAG216 = new TextDecoder().decode(formatDump(ntag216WithUri(), "flipper"));
const NTAG213 = new TextDecoder().decode(formatDump(ntag213WithText(), "flipper"));
const files = { "ntag216.nfc": NTAG216, "ntag213.nfc": NTAG213 };

describe("the command line", () => {
  test("--help names every command, on standard output", async () => {
    const io = captureIo();
    expect(await runCli(["--help"], io)).toBe(EXIT.ok);
    for (const command of ["demo", "readers", "watch", "read", "apdu"]) expect(io.out).toContain(`  ${command} `);
    expect(io.err).toBe("");
  });

  test("--version says which", async () => {
    const io = captureIo();
    expect(await runCli(["--version"], io)).toBe(EXIT.ok);
    expect(io.out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [["tap"], "unknown command 'tap'"],
    [["read", "--timeout", "soon"], "a number of seconds"],
    [["demo", "--profile", "windows"], "Allowed choices are documented, nfccx"],
    [["apdu"], "missing required argument 'hex'"],
    [["apdu", "FFCAGG"], "no hexadecimal digit"],
    [["readers", "--card", "a.nfc"], "unknown option"],
  ])("%s is refused with a reason", async (argv, reason) => {
    const io = captureIo();
    expect(await runCli(argv, io)).toBe(EXIT.usage);
    expect(io.err).toContain(reason);
    expect(io.out).toBe("");
  });
});

describe("demo", () => {
  test("shows name, UID, answer to reset, named pages and NDEF", async () => {
    const io = captureIo({ files });
    expect(await runCli(["demo", "ntag216.nfc"], io)).toBe(EXIT.ok);
    const lines = io.out.split("\n").map((line) => line.trim());
    expect(lines[0]).toBe("NTAG216");
    expect(io.out).toContain("3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3D 00 00 00 00 56");
    expect(io.out).toContain("NN: MIFARE Ultralight EV1");
    expect(io.out).toMatch(/^ +03 {2}E1 10 6D 00 .*capability container$/m);
    expect(io.out).toMatch(/^ +E2 .*dynamic lock bytes$/m);
    expect(io.out).toMatch(/^ +E6 .*PACK, never shown$/m);
    expect(io.out).toMatch(/^ +NDEF +url {2}http:\/\/www\.bing\.com$/m);
    expect(io.err).toBe("");
  });

  test("a separator behind the command is passed over, as package managers hand it on", async () => {
    const io = captureIo({ files });
    expect(await runCli(["demo", "--", "ntag213.nfc", "--json"], io)).toBe(EXIT.ok);
    expect(JSON.parse(io.out)).toMatchObject({ taps: [{ dump: "ntag213.nfc" }] });
  });

  test("--json gives every page and every profile the same bytes", async () => {
    for (const profile of ["documented", "nfccx"]) {
      const io = captureIo({ files });
      expect(await runCli(["demo", "ntag213.nfc", "--json", "--profile", profile], io)).toBe(EXIT.ok);
      const { taps } = JSON.parse(io.out) as { taps: { memory: { areas: { bytes: string }[] } }[] };
      const bytes = taps[0]?.memory.areas.map((area) => area.bytes).join("");
      // PWD and PACK are never shown
      const memory = ntag213WithText().memory.slice();
      memory.fill(0, -8);
      expect(fromHex(bytes ?? "")).toEqual(memory);
    }
  });

  test("--trace shows every layer", async () => {
    const io = captureIo({ files });
    await runCli(["demo", "ntag213.nfc", "--trace"], io);
    expect(io.out).toMatch(/^ +\d+ {2}→ IOCTL TRANSMIT 02 00 00 00 08 00 00 00 · FF B0 00 03 10/m);
    expect(io.out).toMatch(/^ +\d+ {4}→ APDU {2}FF B0 00 03 10 {2}READ BINARY/m);
    expect(io.out).toMatch(/^ +\d+ {6}→ RF {4}30 03 {2}READ page 03$/m);
    expect(io.out).toMatch(/^ +\d+ {6}← RF {4}(?:[0-9A-F]{2} ){16} pages$/m);
    expect(io.out).toMatch(/^ +\d+ {4}← APDU {2}(?:[0-9A-F]{2} ){16}90 00 {2}OK$/m);
    expect(io.out).toMatch(/^ +\d+ {2}← IOCTL TRANSMIT SUCCESS 02 00 00 00 08 00 00 00 · /m);
  });

  test("taps the samples when no file is named", async () => {
    const io = captureIo();
    expect(await runCli(["demo"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("NTAG216");
    expect(io.err).toBe("");
  });

  test("a file that is missing or damaged is named with the place, and the others are tapped", async () => {
    const damaged = NTAG213.replace(/Page 4: .*/, "Page 4: 03 1");
    const io = captureIo({ files: { ...files, "bad.nfc": damaged } });
    expect(await runCli(["demo", "none.nfc", "bad.nfc", "ntag213.nfc"], io)).toBe(EXIT.input);
    const [missing, bad] = io.err.trim().split("\n");
    expect(missing).toBe("cardwire: none.nfc: there is no such file.");
    expect(bad).toMatch(/^cardwire: bad\.nfc: line \d+, "Page 4": /);
    expect(io.out).toContain("NTAG213");
  });

  test("colours stand where they are wanted, and nowhere else", async () => {
    const plain = captureIo({ files });
    await runCli(["demo", "ntag213.nfc"], plain);
    expect(plain.out).not.toContain("\u001b");
    const coloured = captureIo({ files, colours: true });
    await runCli(["demo", "ntag213.nfc"], coloured);
    expect(coloured.out).toContain("\u001b[1mNTAG213\u001b[22m");
  });

  test("is interrupted by the signal", async () => {
    const io = captureIo({ files, signal: AbortSignal.abort() });
    expect(await runCli(["demo", "ntag213.nfc"], io)).toBe(EXIT.interrupted);
    expect(io.err).toBe("");
  });
});

const virtual = ["--virtual", "ntag216.nfc"];

describe("with a reader", () => {
  test("readers lists what lies where", async () => {
    const io = captureIo({ files });
    expect(await runCli(["readers", "-t", "virtual"], io)).toBe(EXIT.ok);
    expect(io.out).toContain("cardwire NFC 0");
    const json = captureIo({ files });
    expect(await runCli(["readers", ...virtual, "--json"], json)).toBe(EXIT.ok);
    expect(JSON.parse(json.out)).toMatchObject([{ reader: "cardwire NFC 0", cardPresent: true, mute: false }]);
  });

  test("read shows the card", async () => {
    const io = captureIo({ files });
    expect(await runCli(["read", ...virtual], io)).toBe(EXIT.ok);
    expect(io.out.split("\n")[0]).toBe("NTAG216");
    const json = captureIo({ files });
    expect(await runCli(["read", ...virtual, "--json"], json)).toBe(EXIT.ok);
    expect(JSON.parse(json.out)).toMatchObject({
      reader: "cardwire NFC 0",
      card: { name: "NTAG216" },
      ndef: { records: [{ recordType: "url", text: "http://www.bing.com" }] },
    });
  });

  test("apdu takes words of bytes, and words that are commands", async () => {
    const bytes = captureIo({ files });
    expect(await runCli(["apdu", ...virtual, "FF", "0xB0", "0", "0x3", "10"], bytes)).toBe(EXIT.ok);
    expect(bytes.out).toMatch(/^→ FF B0 00 03 10 {2}READ BINARY.*\n← E1 10 6D 00 .* 90 00 {2}OK\n$/);
    const commands = captureIo({ files });
    expect(await runCli(["apdu", ...virtual, "FFCA000000", "ff b0 00 03 10", "--json"], commands)).toBe(EXIT.ok);
    expect(JSON.parse(commands.out)).toMatchObject([
      { command: "FFCA000000", sw: "9000" },
      { command: "FFB0000310", sw: "9000" },
    ]);
  });

  test("a command that the card refuses is told, and exits with 7", async () => {
    const io = captureIo({ files });
    expect(await runCli(["apdu", ...virtual, "FFB0010010"], io)).toBe(EXIT.card);
    expect(io.out).toMatch(/← 6B 00 {2}.*6B00/);
  });

  test("watch tells of the card until it is interrupted", async () => {
    const stopper = new AbortController();
    const io = captureIo({ files, signal: stopper.signal });
    const watching = runCli(["watch", ...virtual], io);
    await expect.poll(() => io.out).toContain("NTAG216");
    stopper.abort();
    expect(await watching).toBe(EXIT.interrupted);
    expect(io.out.split("\n")[0]).toBe("+ cardwire NFC 0");
    const again = new AbortController();
    const json = captureIo({ files, signal: again.signal });
    const watchingJson = runCli(["watch", ...virtual, "--json"], json);
    await expect.poll(() => json.out.split("\n").length).toBe(3);
    again.abort();
    await watchingJson;
    expect(
      json.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { event: "reader-attached", reader: "cardwire NFC 0" },
      { event: "tap", card: { name: "NTAG216" } },
    ]);
  });
});

describe("wrong turns end in a sentence that helps", () => {
  function failing(error: Error): Parameters<typeof captureIo>[0] {
    return { openContext: () => Promise.reject(error) };
  }
  function withContext(make: () => SmartCardContext): Parameters<typeof captureIo>[0] {
    return { openContext: () => Promise.resolve(make()) };
  }
  const empty = (): SmartCardContext => createVirtualReader().context;
  const noReaders = (): SmartCardContext => {
    const { reader, context } = createVirtualReader();
    reader.setRadio(false);
    return context;
  };

  test("no smart-card service", async () => {
    const io = captureIo(failing(new NoTransportError("NO_SERVICE", "pcscd is not running. Start it so.")));
    expect(await runCli(["read"], io)).toBe(EXIT.service);
    expect(io.err).toBe("cardwire: pcscd is not running. Start it so.\n");
  });

  test("no reader", async () => {
    const io = captureIo(withContext(noReaders));
    expect(await runCli(["readers"], io)).toBe(EXIT.reader);
    expect(io.err).toContain("No reader is attached");
  });

  test("no reader of that name, with those that there are", async () => {
    const io = captureIo(withContext(empty));
    expect(await runCli(["read", "--reader", "ACR122"], io)).toBe(EXIT.reader);
    expect(io.err).toBe('cardwire: No reader\'s name contains "ACR122"; there is "cardwire NFC 0".\n');
  });

  test("no card in time", async () => {
    const io = captureIo(withContext(empty));
    expect(await runCli(["read", "--timeout", "0.05"], io)).toBe(EXIT.noCard);
    expect(io.err).toContain("No card came within 0.05 s");
  });

  test("interrupted while waiting", async () => {
    const stopper = new AbortController();
    const io = captureIo({ ...withContext(empty), signal: stopper.signal });
    const reading = runCli(["read"], io);
    stopper.abort();
    expect(await reading).toBe(EXIT.interrupted);
    expect(io.err).toBe("");
  });

  test("a card that another program holds", async () => {
    const held = new SmartCardError("sharing-violation", "held", {
      rawCode: 0x8010000b,
      symbol: "SCARD_E_SHARING_VIOLATION",
      readerName: "R",
    });
    const io = captureIo(failing(held));
    expect(await runCli(["read"], io)).toBe(EXIT.reader);
    expect(io.err).toContain('Another program holds the card in reader "R"');
  });

  test("a package that is missing lies beside the command", async () => {
    const io = captureIo(
      failing(new NoTransportError("MISSING_PACKAGE", "the package usb is missing: npm install usb")),
    );
    expect(await runCli(["read"], io)).toBe(EXIT.service);
    expect(io.err).toContain("npm install usb. A package has to lie beside @cardwire/cli");
    const service = captureIo(failing(new NoTransportError("NO_SERVICE", "Or npm install usb.")));
    await runCli(["read"], service);
    expect(service.err).toBe("cardwire: Or npm install usb.\n");
  });

  test("a card that another program keeps busy", async () => {
    await using reader = createVirtualReader({ tags: [loadTag(ntag213WithText())] });
    const { context } = reader;
    const readerName = "cardwire NFC 0";
    await context.getStatusChange([{ readerName, currentState: { empty: true } }], { timeout: 1000 });
    const { connection } = await context.connect(readerName, "shared");
    let end = (): void => undefined;
    const busy = connection.startTransaction(() => new Promise<void>((resolve) => (end = resolve)));
    const io = captureIo(withContext(() => Object.assign(context, { close: () => Promise.resolve() })));
    expect(await runCli(["info", "--timeout", "0.2"], io)).toBe(EXIT.reader);
    expect(io.err).toBe(
      'cardwire: There is a card in reader "cardwire NFC 0", and another program is in the middle of something with it ' +
        "that has not ended within 0.2 s: end that program, or give it more time with --timeout.\n",
    );
    end();
    await busy;
  });

  test("a defect asks for a report", async () => {
    const io = captureIo(failing(new TypeError("x is not a function")));
    expect(await runCli(["read"], io)).toBe(EXIT.failure);
    expect(io.err).toBe("cardwire: x is not a function (this should not happen; please report it)\n");
  });
});
