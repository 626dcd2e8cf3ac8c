import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex, type TraceSink } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { formatDump, loadTag, parseDump, type TagDump } from "@cardwire/virtual";
import { classic1kWithNdef, ntag213WithText, ntag216WithUri } from "@cardwire/virtual/samples";
import { publishReader } from "@cardwire/vpcd";
import { createVirtualReader, type VirtualReader } from "cardwire";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildCommand, Command, type CommandResult } from "./command.ts";
import { Pcscd, type VpcdSlot } from "./pcscd.ts";
import { openscTool, pcscScan } from "./programs.ts";

let pcscd: Pcscd;
let slot: VpcdSlot;
let folder: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await buildCommand();
  pcscd = await Pcscd.start({ vpcds: 1 });
  slot = pcscd.slot();
});
afterAll(() => pcscd.dispose());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cardwire-cli-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

function start(...words: readonly string[]): Command {
  return new Command(words, { env: pcscd.env, cwd: folder });
}

function run(...words: readonly string[]): Promise<CommandResult> {
  return start(...words).result();
}

/** Lays a tag on a reader that pcscd shows. */
function lay(dump: TagDump, trace?: TraceSink): { readonly reader: VirtualReader; readonly pull: () => void } {
  const tag = loadTag(dump);
  const reader = createVirtualReader({ tags: [tag], ...(trace && { trace }) });
  const published = publishReader({ context: reader.context, readerName: "cardwire NFC 0", port: slot.port });
  closing.push(
    () => reader.close(),
    () => published.close(),
  );
  return {
    reader,
    pull: () => {
      reader.field.remove(tag);
    },
  };
}

/** A busy machine takes its time: this ends as soon as the text is there. */
const PATIENCE = { timeout: 50_000, interval: 20 };

const until = (command: Command, text: string): Promise<void> =>
  expect.poll(() => command.out, PATIENCE).toContain(text);

/** Takes the card away, and waits until pcscd has seen that. */
async function takeAway(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
  await expect
    .poll(async () => JSON.parse((await run("readers", "--json")).out) as unknown, PATIENCE)
    .toContainEqual(expect.objectContaining({ reader: slot.readerName, cardPresent: false }));
}

test("readers, info, read and apdu see the card on the reader", async () => {
  lay(ntag213WithText());
  const read = await run("read");
  expect(read.err).toBe("");
  expect(read.code).toBe(0);
  expect(read.out).toContain("NTAG213");
  expect(read.out).toContain('text  "Hello, cardwire!"  en');
  const readers = await run("readers", "--json");
  expect(JSON.parse(readers.out)).toContainEqual(
    expect.objectContaining({ reader: slot.readerName, cardPresent: true }),
  );
  const info = await run("info", "--json", "--reader", slot.readerName);
  expect(JSON.parse(info.out)).toMatchObject({
    reader: slot.readerName,
    uid: "04A1B2C3D4E5F0",
    card: { name: "NTAG213" },
  });
  const apdu = await run("apdu", "FFCA000000", "FF B0 00 04 10");
  expect(apdu).toMatchObject({ code: 0, err: "" });
  expect(apdu.out).toContain("← 04 A1 B2 C3 D4 E5 F0 90 00  OK");
});

test("dump, another message, restore: the card is as it was", async () => {
  lay(ntag216WithUri());
  expect(await run("dump", "before.nfc")).toMatchObject({ code: 0, err: "" });
  expect(await run("dump", "-f", "proxmark3", "before.json")).toMatchObject({ code: 0 });
  expect((await run("ndef", "write", "--text", "x".repeat(200), "--uri", "https://example.com")).code).toBe(0);
  expect((await run("ndef", "read")).out).toBe(`text  "${"x".repeat(200)}"  en\nurl  https://example.com\n`);
  const plan = await run("restore", "before.nfc");
  expect(plan.code).toBe(0);
  expect(plan.out).toContain("Nothing has been written yet");
  const restored = await run("restore", "before.nfc", "--yes");
  expect(restored).toMatchObject({ code: 0, err: "" });
  expect((await run("dump", "after.nfc")).code).toBe(0);
  expect(readFileSync(join(folder, "after.nfc"), "utf8")).toBe(readFileSync(join(folder, "before.nfc"), "utf8"));
  expect(parseDump(readFileSync(join(folder, "before.json")))).toMatchObject({ product: "NTAG216" });
  expect(await run("dump", "after.nfc")).toMatchObject({ code: 3 });
});

test("a MIFARE Classic: keys, dump, trailers left alone", async () => {
  lay(classic1kWithNdef());
  expect((await run("keys", "find")).out).toContain("32 of 32 found, 3 keys tried.");
  expect((await run("dump", "card.mfd")).code).toBe(0);
  expect(readFileSync(join(folder, "card.mfd"))).toEqual(Buffer.from(classic1kWithNdef().memory));
  expect((await run("restore", "card.mfd", "--yes")).out).toContain("Nothing to write: 64 were the same already");
});

test("watch tells of arrival and removal, and ends with Ctrl-C", async () => {
  const watch = start("watch", "--json");
  await until(watch, '"event":"reader-attached"');
  const { pull } = lay(ntag213WithText());
  await until(watch, '"event":"tap"');
  expect(watch.out).toContain('"uid":"04A1B2C3D4E5F0"');
  pull();
  await until(watch, '"event":"card-removed"');
  watch.interrupt();
  expect(await watch.result()).toMatchObject({ code: 130, err: "" });
});

test("a card that comes late is waited for; Ctrl-C and the time end the waiting", async () => {
  const reading = start("apdu", "FFCA000000", "--reader", slot.readerName);
  await expect.poll(() => reading.isConnected(), PATIENCE).toBe(true);
  lay(ntag213WithText());
  expect(await reading.result()).toMatchObject({ code: 0 });
  await takeAway();
  const waiting = start("read");
  await expect.poll(() => waiting.isConnected(), PATIENCE).toBe(true);
  waiting.interrupt();
  expect(await waiting.result()).toEqual({ code: 130, out: "", err: "" });
  const late = await run("read", "--timeout", "0.2");
  expect(late.code).toBe(6);
  expect(late.err).toContain("No card came within 0.2 s");
});

test("a card that is pulled in the middle of a restore", async () => {
  let writes = 0;
  const { pull } = lay(ntag216WithUri(), (event) => {
    if (event.layer !== "apdu" || event.direction !== "down" || toHex(event.bytes.subarray(0, 2)) !== "FFD6") return;
    if (++writes === 5) pull();
  });
  const other = ntag216WithUri();
  other.memory.fill(0x41, 100, 400);
  writeFileSync(join(folder, "other.nfc"), formatDump(other, "flipper"));
  const torn = await run("restore", "other.nfc", "--yes");
  expect(torn.code).toBe(7);
  expect(torn.err).toMatch(/^cardwire: The card in reader ".*" was taken away .*4 of 75 writes were done/);
});

test("a card that another program holds", async () => {
  lay(ntag213WithText());
  await using context = createPcscliteContext({ socketPath: pcscd.socketPath });
  for await (const event of context.watch())
    if (event.type === "card-inserted" && event.readerName === slot.readerName) break;
  const { connection } = await context.connect(slot.readerName, "exclusive");
  const held = await run("read", "--timeout", "30");
  await connection.disconnect();
  expect(held.code).toBe(5);
  expect(held.err).toContain(`Another program holds the card in reader "${slot.readerName}"`);
});

test("pcscd is missing, and doctor says so", async () => {
  const env = { ...pcscd.env, PCSCLITE_CSOCK_NAME: join(folder, "pcscd.comm") };
  const read = await new Command(["read"], { env, cwd: folder }).result();
  expect(read.code).toBe(4);
  expect(read.err).toMatch(/^cardwire: pcscd is not running/);
  const doctor = await new Command(["doctor"], { env, cwd: folder }).result();
  expect(doctor.code).toBe(4);
  expect(doctor.out).toMatch(/^problem {2}pcscd is installed and not running/m);
  const good = await run("doctor", "--json");
  expect(JSON.parse(good.out)).toMatchObject({
    findings: expect.arrayContaining([expect.objectContaining({ id: "pcscd", status: "ok" })]) as unknown,
  });
});

test("bash completes commands, options and files", async () => {
  const { out } = await run("completion", "bash");
  writeFileSync(join(folder, "cardwire.bash"), out);
  const complete = (...words: readonly string[]): string =>
    execFileSync(
      "bash",
      [
        "-c",
        'source ./cardwire.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _cardwire; echo "${COMPREPLY[*]}"',
        "bash",
        "cardwire",
        ...words,
      ],
      { cwd: folder, encoding: "utf8" },
    ).trim();
  expect(complete("re")).toBe("readers read restore");
  expect(complete("ndef", "")).toMatch(/^read write format lock /);
  expect(complete("dump", "-f", "pro")).toBe("proxmark3 proxmark3-bin");
  expect(complete("restore", "card")).toBe("cardwire.bash");
});

test("fish completes commands, options and files", async () => {
  const { out } = await run("completion", "fish");
  writeFileSync(join(folder, "cardwire.fish"), out);
  const complete = (line: string): string[] =>
    execFileSync("fish", ["--no-config", "-c", `source ./cardwire.fish; complete -C '${line}'`], {
      cwd: folder,
      encoding: "utf8",
    })
      .trim()
      .split("\n")
      .map((candidate) => candidate.split("\t")[0] ?? "");
  expect(complete("cardwire re")).toEqual(["read", "readers", "restore"]);
  expect(complete("cardwire ndef ")).toEqual(["format", "lock", "read", "write"]);
  expect(complete("cardwire ndef read --k")).not.toContain("--keys");
  expect(complete("cardwire read --k")).toEqual(["--keys"]);
  expect(complete("cardwire dump -f pro")).toEqual(["proxmark3", "proxmark3-bin"]);
  expect(complete("cardwire restore cardwire.f")).toEqual(["cardwire.fish"]);
});

/** A zsh with a terminal of its own: types $1 and a tab, and waits until it shows what $2 matches. */
const ZSH = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'PROMPT=; unsetopt beep prompt_cr; unset zle_bracketed_paste; stty cols 200 rows 100; LISTMAX=1000'
zpty -w inner 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; print READY'
zpty -m -r inner seen '*READY*READY*'
zpty -n -w inner "$1"$'\\t'
zpty -m -r inner shown "$2"
print -r -- "$shown"
`;

test("zsh completes commands, options and files", async () => {
  const { out } = await run("completion", "zsh");
  writeFileSync(join(folder, "_cardwire"), out);
  writeFileSync(join(folder, "complete.zsh"), ZSH);
  const complete = (line: string, pattern: string): string =>
    execFileSync("zsh", ["-f", "complete.zsh", line, pattern], { cwd: folder, encoding: "utf8", timeout: 20_000 });
  expect(complete("cardwire re", "*restore  --*")).toMatch(/read +-- read a card[^]*readers +-- list the readers/);
  expect(complete("cardwire ndef ", "*write   --*")).toContain("lock    -- make a tag read-only for ever");
  expect(complete("cardwire ndef write --m", "*--mime *")).toContain("--message  -- a message as JSON");
  expect(complete("cardwire dump -f pro", "*proxmark3*")).toContain("cardwire dump -f proxmark3");
  expect(complete("cardwire restore comp", "*complete.zsh*")).toContain("cardwire restore complete.zsh");
});

test("emulate puts a dump into pcscd, for any program", async () => {
  writeFileSync(join(folder, "tag.nfc"), formatDump(ntag213WithText(), "flipper"));
  const emulate = start("emulate", "tag.nfc", "--port", String(slot.port), "--save", "end.json");
  await until(emulate, "tag.nfc is a card in pcscd now");
  const seen = async (): Promise<string> => pcscScan(pcscd.env);
  await expect.poll(seen, PATIENCE).toContain("ATR: 3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3");
  expect(await openscTool(pcscd.env, slot.readerName, ["FF:CA:00:00:00"])).toEqual(["04 A1 B2 C3 D4 E5 F0 90 00"]);
  expect((await run("ndef", "write", "--text", "changed")).code).toBe(0);
  emulate.interrupt();
  expect(await emulate.result()).toMatchObject({ code: 130, err: "" });
  expect(await pcscScan(pcscd.env)).not.toContain("ATR: 3B 8F");
  expect(parseDump(readFileSync(join(folder, "end.json")))).toMatchObject({ kind: "mifare-ultralight" });
  const absent = await run("emulate", "tag.nfc", "--port", "9");
  expect(absent.code).toBe(4);
  expect(absent.err).toContain("vpcd is installed, and has a card at port 9 already");
});
