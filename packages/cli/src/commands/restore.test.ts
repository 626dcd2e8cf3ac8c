import { type FelicaStandardDump, parseDump, type TagDump } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { captureIo, IMPATIENT } from "../../test/captured-io.ts";
import { beforeWrite } from "../../test/mishaps.ts";
import { changed, FELICA_STANDARD, ofKind, ownJson, sample, SR176 } from "../../test/sample-files.ts";
import { EXIT } from "../exit-codes.ts";
import { runCli } from "../run-cli.ts";

const parsed = (file: Uint8Array | undefined): TagDump => parseDump(file ?? new Uint8Array(0));

/** A FeliCa Lite-S counts every write in block 90. */
function withoutWriteCounter(file: Uint8Array | undefined): Uint8Array | TagDump {
  const dump = parsed(file);
  if (dump.kind !== "felica-lite") return file ?? new Uint8Array(0);
  return { ...dump, blocks: dump.blocks.filter(({ number }) => number !== 0x90) };
}

/** Each family's sample, and the same card with other data on it. */
const OTHERS: Readonly<Record<string, (dump: TagDump) => TagDump>> = {
  "ntag216-uri": (dump) => changed(ofKind(dump, "mifare-ultralight"), [16, 3, 0, 0xfe], [400, 1, 2, 3, 4, 5, 6]),
  "ultralight-ev1-ticket": (dump) => changed(ofKind(dump, "mifare-ultralight"), [20, 9, 9, 9, 9]),
  "classic-1k-ndef": (dump) => changed(ofKind(dump, "mifare-classic"), [80, 1, 2, 3], [1000, 7]),
  "felica-lite-s-uri": (dump) => {
    const card = ofKind(dump, "felica-lite");
    return {
      ...card,
      blocks: card.blocks.map((block) =>
        block.number === 2 || block.number === 9 ? { ...block, data: new Uint8Array(16).fill(0x33) } : block,
      ),
    };
  },
  "slix-uri": (dump) => changed(ofKind(dump, "iso15693"), [8, 1, 2, 3, 4, 5]),
  "topaz-96-text": (dump) => changed(ofKind(dump, "topaz"), [16, 1, 2, 3], [100, 9]),
  "type4-uri": (dump) => {
    const card = ofKind(dump, "type4");
    return {
      ...card,
      files: card.files.map(({ id, data }) => ({
        id,
        data: Uint8Array.from(data, (byte, at) => (at < 40 ? byte ^ 0x11 : byte)),
      })),
    };
  },
  st25tb04k: (dump) => changed(ofKind(dump, "iso14443b-memory"), [40, 1, 2, 3, 4], [508, 1]),
  SR176: (dump) => changed(ofKind(dump, "iso14443b-memory"), [8, 1, 2], [28, 7]),
  FELICA_STANDARD: (dump) => withBlocks(ofKind(dump, "felica-standard"), [0x0049, 0x004b], 0x77),
};

const cardOf = (name: string): TagDump =>
  name === "SR176" ? SR176 : name === "FELICA_STANDARD" ? FELICA_STANDARD : sample(name);

/** The card with other bytes in the blocks of some services. */
function withBlocks(card: FelicaStandardDump, codes: readonly number[], byte: number): FelicaStandardDump {
  return {
    ...card,
    systems: card.systems.map((system) => ({
      ...system,
      services: system.services.map((service) =>
        codes.includes(service.code)
          ? { ...service, blocks: service.blocks.map((block) => new Uint8Array(block.length).fill(byte)) }
          : service,
      ),
    })),
  };
}

describe.each(Object.entries(OTHERS))("%s", (name, other) => {
  test("restore, then dump, gives the same bytes", async () => {
    const original = ownJson(cardOf(name));
    const io = captureIo({ files: { "other.json": ownJson(other(cardOf(name))) } });
    const run = (...words: readonly string[]): Promise<number> => runCli(words, io);
    io.files.set("card.json", original);
    expect(await run("dump", "--virtual", "card.json", "before.json")).toBe(EXIT.ok);
    expect(await run("restore", "before.json", "--virtual", "other.json", "--yes", "--save", "now.json")).toBe(EXIT.ok);
    expect(io.out).toMatch(/^Wrote \d+ and read them back; /m);
    expect(await run("dump", "--virtual", "now.json", "after.json")).toBe(EXIT.ok);
    expect(withoutWriteCounter(io.files.get("after.json"))).toEqual(withoutWriteCounter(io.files.get("before.json")));
    expect(io.err).toBe("");
  });

  test("without --yes nothing is written", async () => {
    const io = captureIo({ files: { "other.json": ownJson(other(cardOf(name))), "dump.json": ownJson(cardOf(name)) } });
    const words = ["restore", "dump.json", "--virtual", "other.json", "--save", "now.json"];
    expect(await runCli(words, io)).toBe(EXIT.ok);
    expect(io.out).toContain("Nothing has been written yet: --yes writes");
    expect(parsed(io.files.get("now.json"))).toEqual(parsed(io.files.get("other.json")));
  });
});

describe("what cannot be undone is left alone", () => {
  const ntag = ofKind(sample("ntag213-text"), "mifare-ultralight");
  // UID, lock bytes, capability container, dynamic locks, configuration, password
  const everywhere = changed(
    ntag,
    [0, 0x04, 0x55],
    [10, 0x01, 0x00],
    [15, 0x0f],
    [160, 0x01],
    [167, 0x10],
    [172, 1, 2, 3, 4],
  );

  async function restored(
    dump: TagDump,
    card: TagDump,
    ...words: readonly string[]
  ): Promise<{ now: TagDump; out: string }> {
    const io = captureIo({ files: { "dump.json": ownJson(dump), "card.json": ownJson(card) } });
    const all = ["restore", "dump.json", "--virtual", "card.json", "--save", "now.json", "--yes", ...words];
    expect(await runCli(all, io), io.err).toBe(EXIT.ok);
    return { now: parsed(io.files.get("now.json")), out: io.out };
  }

  test("UID, locks, capability container, protection and password of an NTAG", async () => {
    const { now, out } = await restored(everywhere, ntag);
    expect(ofKind(now, "mifare-ultralight").memory).toEqual(ntag.memory);
    expect(out).toContain(
      "page 02, locks  left alone: lock bytes: locks for ever what is locked; --with locks writes it",
    );
    expect(out).toContain("left alone: UID");
    expect(out).toContain("Nothing to write");
  });

  test("each is written when it is named", async () => {
    const at = async (...words: readonly string[]): Promise<Uint8Array> =>
      ofKind((await restored(everywhere, ntag, ...words)).now, "mifare-ultralight").memory;
    const locked = await at("--with", "locks");
    expect(locked[10]).toBe(0x01);
    expect(locked.slice(0, 10)).toEqual(ntag.memory.slice(0, 10));
    expect((await at("--with", "otp"))[15]).toBe(0x0f);
    const configured = await at("--with", "config");
    expect(configured[167]).toBe(0x10);
    expect(configured.slice(172, 176)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(configured.slice(0, 16)).toEqual(ntag.memory.slice(0, 16));
  });

  test("trailers and block 0 of a MIFARE Classic", async () => {
    const card = ofKind(sample("classic-1k-ndef"), "mifare-classic");
    // another key A in sector 4, and other access bits that are as valid
    const trailer = [1, 2, 3, 4, 5, 6, 0x7f, 0x07, 0x88];
    const dump = changed(card, [4 * 64 + 48, ...trailer], [5, 0x77]);
    const left = ofKind((await restored(dump, card)).now, "mifare-classic");
    expect(left.memory).toEqual(card.memory);
    const written = ofKind((await restored(dump, card, "--with", "trailers")).now, "mifare-classic");
    expect(written.memory).toEqual(changed(card, [4 * 64 + 48, ...trailer]).memory);
  });

  test("counters and one-time bits of a ST25TB, locks of an ISO 15693 tag, OTP of a Topaz", async () => {
    const st = ofKind(sample("st25tb04k"), "iso14443b-memory");
    const stDump = changed(st, [0, 0xfe], [20, 0xf0]);
    expect(ofKind((await restored(stDump, st)).now, "iso14443b-memory").memory).toEqual(st.memory);
    expect(ofKind((await restored(stDump, st, "--with", "otp,counters")).now, "iso14443b-memory").memory).toEqual(
      stDump.memory,
    );

    const slix = ofKind(sample("slix-uri"), "iso15693");
    const locked = { ...slix, afi: 7, blockLocked: slix.blockLocked.map((_, block) => block === 3) };
    expect((await restored(locked, slix)).now).toMatchObject({ afi: 0, blockLocked: slix.blockLocked });
    expect((await restored(locked, slix, "--with", "locks,config")).now).toMatchObject({
      afi: 7,
      blockLocked: locked.blockLocked,
    });

    const topaz = ofKind(sample("topaz-96-text"), "topaz");
    const burnt = changed(topaz, [0x73, 0x0f]);
    expect(ofKind((await restored(burnt, topaz)).now, "topaz").memory).toEqual(topaz.memory);
    expect(ofKind((await restored(burnt, topaz, "--with", "otp")).now, "topaz").memory).toEqual(burnt.memory);
  });

  test("services of a FeliCa Standard that are not for random writing", async () => {
    const card = ofKind(FELICA_STANDARD, "felica-standard");
    const dump = withBlocks(card, [0x0049, 0x004b, 0x008b, 0x00cd], 0x33);
    const { out, now } = await restored(dump, card);
    expect(now).toEqual(withBlocks(card, [0x0049, 0x004b], 0x33));
    expect(out).toContain("service 0049, block 01  ");
    expect(out).not.toContain("service 004B");
    expect(out).toContain("service 008B, block 00  left alone: user memory: this service only reads");
    expect(out).toContain("left alone: user memory: a cyclic service: each write is a new entry");
    const io = captureIo({ files: { "dump.json": ownJson(card) } });
    expect(await runCli(["restore", "dump.json", "--virtual", "sample:felica-lite-s-uri"], io)).toBe(EXIT.card);
    expect(io.err).toBe("cardwire: The dump does not fit the card: FeliCa Standard there, FeliCa Lite here.\n");
  });

  test("UID and lock register of a SR176", async () => {
    const card = ofKind(SR176, "iso14443b-memory");
    const dump = changed(card, [0, 0x55], [31, 0x80]);
    const { out, now } = await restored(dump, card);
    expect(now).toEqual(card);
    expect(out).toContain("block 00  left alone: UID: ");
    expect(out).toContain("block 0F  left alone: lock register: locks for ever what is locked; --with locks writes it");
    expect(ofKind((await restored(dump, card, "--with", "locks")).now, "iso14443b-memory").memory[31]).toBe(0x80);
  });

  test("a card of another UID gets the data and keeps its UID", async () => {
    const dump = changed(ntag, [0, 0x04, 0x55], [16, 3, 0, 0xfe, 0]);
    const { now } = await restored(dump, ntag);
    const { memory } = ofKind(now, "mifare-ultralight");
    expect(memory.slice(0, 8)).toEqual(ntag.memory.slice(0, 8));
    expect(memory.slice(16)).toEqual(dump.memory.slice(16));
  });
});

describe("wrong turns", () => {
  const files = { "dump.json": ownJson(sample("ntag213-text")) };
  const other = ownJson(changed(ofKind(sample("ntag213-text"), "mifare-ultralight"), [20, ...new Uint8Array(28)]));

  test("a plan for programs", async () => {
    const io = captureIo({
      files: {
        ...files,
        "other.json": ownJson(changed(ofKind(sample("ntag213-text"), "mifare-ultralight"), [20, 0], [10, 1])),
      },
    });
    expect(await runCli(["restore", "dump.json", "--virtual", "other.json", "--json"], io)).toBe(EXIT.ok);
    expect(JSON.parse(io.out)).toMatchInlineSnapshot(`
      {
        "card": "NTAG213",
        "file": "dump.json",
        "leftAlone": [
          {
            "after": "FFFFFFFF",
            "name": "password or key",
            "place": "page 2B",
            "reason": "passwords and protection, which may lock everybody out; --with config writes it",
            "role": "config",
          },
        ],
        "reader": "cardwire NFC 0",
        "same": 43,
        "steps": [
          {
            "after": "340317D1",
            "before": "000317D1",
            "name": "user memory",
            "place": "page 05",
            "role": "user",
          },
        ],
        "uid": "04A1B2C3D4E5F0",
        "written": false,
      }
    `);
  });

  test("nothing to write is nothing written", async () => {
    const io = captureIo({ files });
    expect(await runCli(["restore", "dump.json", "--virtual", "dump.json", "--yes", "--json"], io)).toBe(EXIT.ok);
    expect(JSON.parse(io.out)).toMatchObject({ written: false, steps: [] });
  });

  test("a dump of another card", async () => {
    const io = captureIo({ files });
    expect(await runCli(["restore", "dump.json", "--virtual", "sample:slix-uri"], io)).toBe(EXIT.card);
    expect(io.err).toContain("The dump is of a MIFARE Ultralight or NTAG; the card on the reader is ICODE SLI");
    const size = captureIo({ files });
    expect(await runCli(["restore", "dump.json", "--virtual", "sample:ntag216-uri"], size)).toBe(EXIT.card);
    expect(size.err).toBe("cardwire: The dump does not fit the card: NTAG213 there, NTAG216 here.\n");
  });

  test("a file that is no dump, a part that is none", async () => {
    const io = captureIo({ files: { "a.txt": "hello" } });
    expect(await runCli(["restore", "a.txt", "--virtual", "sample:slix-uri"], io)).toBe(EXIT.input);
    expect(io.err).toContain("a.txt: ");
    const part = captureIo({ files });
    expect(await runCli(["restore", "dump.json", "--with", "everything"], part)).toBe(EXIT.usage);
    expect(part.err).toContain("The parts are manufacturer, locks, otp, config, counters, trailers.");
  });

  test("the card is pulled in the middle: what was written is said, and another run goes on", async () => {
    const io = captureIo({
      files: { ...files, "other.json": other },
      ...beforeWrite(3, (pull) => {
        pull();
      }),
    });
    const words = ["restore", "dump.json", "--virtual", "other.json", "--save", "torn.json", "--yes"];
    expect(await runCli(words, io)).toBe(EXIT.card);
    expect(io.err).toMatch(/^cardwire: The card in reader "cardwire NFC 0" was taken away .*2 of 7 writes were done/);
    const again = captureIo({ files: { ...files, "torn.json": io.files.get("torn.json") ?? "" } });
    expect(await runCli(["restore", "dump.json", "--virtual", "torn.json", "--save", "now.json", "--yes"], again)).toBe(
      EXIT.ok,
    );
    expect(parsed(again.files.get("now.json"))).toMatchObject({
      memory: ofKind(sample("ntag213-text"), "mifare-ultralight").memory,
    });
  });

  test("interrupted in the middle: what was written is said, and the exit code is 130", async () => {
    const stopper = new AbortController();
    const io = captureIo({
      files: { ...files, "other.json": other },
      signal: stopper.signal,
      ...beforeWrite(3, () => {
        stopper.abort();
      }),
    });
    expect(await runCli(["restore", "dump.json", "--virtual", "other.json", "--yes"], io)).toBe(EXIT.interrupted);
    expect(io.err).toMatch(/^cardwire: Interrupted in the middle of writing: \d of 7 writes were done/);
  });

  test("a page that is locked", async () => {
    const card = changed(ofKind(sample("ntag213-text"), "mifare-ultralight"), [10, 0x10], [16, 1, 2, 3, 4]);
    const io = captureIo({ files: { ...files, "card.json": ownJson(card) }, clock: IMPATIENT });
    expect(await runCli(["restore", "dump.json", "--virtual", "card.json", "--yes"], io)).toBe(EXIT.card);
    expect(io.err).toMatch(
      /^cardwire: 0 of 1 writes were done, then the card did not take page 04: it may be locked or protected there \(SW /,
    );
  });
});
