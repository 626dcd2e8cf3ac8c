import { fromHex, type RfFrame, toHex } from "@cardwire/core";
import { siliconBench } from "@cardwire/core/testing";
import { isoDep, Type4Tag } from "@cardwire/iso-dep";
import { describe, expect, it } from "vitest";
import { fixture } from "../../test/fixtures.ts";
import { type DumpError, isDumpError } from "../dump/errors.ts";
import { formatDump } from "../dump/format.ts";
import type { FelicaStandardDump } from "../dump/model.ts";
import { parseDump } from "../dump/parse.ts";
import { createVirtualField } from "../field/virtual-field.ts";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag213WithText,
  sampleDumps,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
  type4WithUri,
  ultralightEv1Ticket,
} from "../samples.ts";
import type { DumpTag } from "./family.ts";
import { loadTag } from "./load.ts";

function refusal(run: () => unknown): DumpError {
  try {
    run();
  } catch (error) {
    if (isDumpError(error)) return error;
    throw error;
  }
  throw new Error("not refused");
}

const frame = (hex: string): RfFrame => ({ kind: "frame", data: fromHex(hex), timeoutUs: 20_000 });

describe("MIFARE Classic", () => {
  it("is written by commands, and the dump shows it", async () => {
    const tag = loadTag(parseDump(fixture("s50-empty.bin")));
    const field = createVirtualField({ tags: [tag] });
    const [target] = await field.discover(new AbortController().signal);
    expect(target).toMatchObject({ technology: "nfc-a", uid: fromHex("01A062BD"), sak: 0x08 });
    const key = fromHex("FFFFFFFFFFFF");
    await field.exchange({ kind: "mifare-authenticate", block: 4, keyType: "a", key, uid: fromHex("01A062BD") });
    await field.exchange(frame("A004"));
    await field.exchange(frame("000102030405060708090A0B0C0D0E0F"));
    expect(await field.exchange(frame("3004"))).toMatchObject({ data: fromHex("000102030405060708090A0B0C0D0E0F") });
    const before = fixture("s50-empty.bin");
    const after = formatDump(tag.toDump(), "raw");
    expect(toHex(after.slice(64, 80))).toBe("000102030405060708090A0B0C0D0E0F");
    before.set(after.slice(64, 80), 64);
    expect(after).toEqual(before);
  });

  it("wants to know what stands in for bytes that were not read", () => {
    const dump = { ...classic1kWithNdef(), unread: [{ offset: 48, length: 6 }] };
    expect(refusal(() => loadTag(dump))).toMatchObject({ code: "PARTIAL", offset: 48 });
    const filled = formatDump(loadTag(dump, { fillUnread: 0xff }).toDump(), "raw");
    expect(toHex(filled.slice(48, 54))).toBe("FFFFFFFFFFFF");
  });

  it("is refused with a memory that it has not", () => {
    const dump = { ...classic1kWithNdef(), memory: new Uint8Array(1000) };
    expect(refusal(() => loadTag(dump))).toMatchObject({ code: "DAMAGED", field: "memory" });
  });
});

/** A field with the tag of a dump selected in it. */
async function tapped(tag: DumpTag) {
  const field = createVirtualField({ tags: [tag] });
  const [target] = await field.discover(new AbortController().signal);
  const send = (hex: string): unknown => {
    const reply = field.exchange(frame(hex));
    return "kind" in reply && reply.kind === "frame" ? toHex(reply.data) : reply;
  };
  return { target, send };
}

describe("MIFARE Ultralight and NTAG", () => {
  it("answers as its dump says, and the dump shows what is written", async () => {
    const tag = loadTag(ntag213WithText());
    const { target, send } = await tapped(tag);
    expect(target).toMatchObject({ uid: fromHex("04A1B2C3D4E5F0"), atqa: fromHex("4400"), sak: 0 });
    expect(send("60")).toBe("0004040201000F03");
    expect(send("3004")).toBe("0103A00C340317D101135402656E4865");
    send("A20A01020304");
    const dump = tag.toDump();
    expect(dump).toMatchObject({ kind: "mifare-ultralight", uid: fromHex("04A1B2C3D4E5F0") });
    expect("memory" in dump && toHex(dump.memory.slice(40, 44))).toBe("01020304");
    expect(parseDump(formatDump(dump, "flipper"))).toEqual(dump);
  });

  it("keeps counters", async () => {
    const tag = loadTag(ultralightEv1Ticket());
    const { send } = await tapped(tag);
    expect(send("3900")).toBe("070000");
    send("A50003000000");
    expect(tag.toDump()).toMatchObject({ counters: [10, 0, 0], tearing: [0xbd, 0xbd, 0xbd] });
  });

  it("an Ultralight C without the pages of its key has the factory's", () => {
    const dump = parseDump(fixture("Ultralight_C.nfc"));
    if (dump.kind !== "mifare-ultralight") throw new Error(dump.kind);
    const short = { ...dump, memory: dump.memory.slice(0, 176) };
    expect(loadTag(short).toDump()).toMatchObject({ memory: short.memory });
    expect(loadTag(dump).toDump()).toMatchObject({ memory: dump.memory });
    const hidden = { ...dump, unread: [{ offset: 176, length: 16 }] };
    const loaded = loadTag(hidden).toDump();
    expect("memory" in loaded && new TextDecoder().decode(loaded.memory.slice(176))).toBe("BREAKMEIFYOUCAN!");
  });

  it("is refused where nothing tells the product, or pages are missing", () => {
    const dump = ntag213WithText();
    expect(refusal(() => loadTag({ ...dump, product: undefined })).code).toBe("NO_SILICON");
    expect(refusal(() => loadTag({ ...dump, memory: dump.memory.slice(4) }))).toMatchObject({ code: "DAMAGED" });
  });
});

it("ICODE SLIX answers as its dump says, and the dump shows what is written", async () => {
  const tag = loadTag(slixWithUri());
  const { target, send } = await tapped(tag);
  expect(target).toMatchObject({ technology: "nfc-v", uid: fromHex("78563412100104E0"), dsfid: 0 });
  expect(send("022000")).toBe("00E1400D01");
  send("02210A01020304");
  const dump = tag.toDump();
  expect("memory" in dump && toHex(dump.memory.slice(40, 44))).toBe("01020304");
  expect(loadTag(parseDump(fixture("Slix_cap_default.nfc"))).toDump()).toMatchObject({ dsfid: 1, dsfidLocked: true });
});

describe("FeliCa", () => {
  const idm = "0114B34C2A5F6E71";

  it("Lite-S answers as its dump says, and the dump shows what is written", async () => {
    const tag = loadTag(felicaLiteSWithUri());
    expect(tag.name).toBe("FeliCa Lite-S");
    const { target, send } = await tapped(tag);
    expect(target).toMatchObject({ technology: "nfc-f", idm: fromHex(idm) });
    expect(send(`1006${idm}010B00018000`)).toBe(`1D07${idm}000001100401000D0000000000010000160039`);
    send(`2008${idm}010900018005000102030405060708090A0B0C0D0E0F`);
    const dump = tag.toDump();
    expect(dump.kind === "felica-lite" && toHex(dump.blocks[5]!.data)).toBe("000102030405060708090A0B0C0D0E0F");
    expect(parseDump(formatDump(dump, "flipper"))).toEqual(dump);
  });

  it("the real Lite-S is the same after it was loaded", () => {
    const dump = parseDump(fixture("Felica.nfc"));
    const tag = loadTag(dump);
    expect(tag.name).toBe("FeliCa Lite-S");
    expect(tag.toDump()).toEqual(dump);
  });

  it("Lite wants to know what stands in for blocks that were not given", () => {
    const dump = felicaLiteSWithUri();
    const blocks = dump.blocks.map((block) => (block.number === 3 ? { ...block, statusFlag1: 1 } : block));
    const lite = { ...dump, pmm: fromHex("00F0000000014300"), blocks: blocks.slice(0, 24) };
    expect(refusal(() => loadTag(lite))).toMatchObject({ code: "PARTIAL", field: "block 3" });
    expect(loadTag(lite, { fillUnread: 0 }).name).toBe("FeliCa Lite");
  });

  it("Standard answers with its open services", async () => {
    const block = new Uint8Array(16).fill(7);
    const dump: FelicaStandardDump = {
      kind: "felica-standard",
      idm: fromHex(idm),
      pmm: fromHex("0B0B0820202020FF"),
      systems: [
        {
          code: undefined,
          areas: [{ code: 0, endCode: undefined }],
          services: [
            { code: 0x1009, blocks: [block, block] },
            { code: 0x100b, blocks: [] },
          ],
        },
      ],
    };
    const tag = loadTag(dump);
    const { send } = await tapped(tag);
    expect(send(`1006${idm}010B10018001`)).toBe(`1D07${idm}000001${toHex(block)}`);
    send(`2008${idm}010910018001${"09".repeat(16)}`);
    expect(tag.toDump()).toMatchObject({
      systems: [{ services: [{ blocks: [block, new Uint8Array(16).fill(9)] }, { blocks: [] }] }],
    });
  });
});

it("ST25TB answers as its dump says, and the dump shows what is written", async () => {
  const tag = loadTag(st25tb04k());
  const { target, send } = await tapped(tag);
  expect(target).toMatchObject({ technology: "nfc-b-memory", uid: fromHex("78563412001F02D0") });
  expect(send("0807")).toBe("53543235");
  send("091001020304");
  const dump = tag.toDump();
  expect("memory" in dump && toHex(dump.memory.slice(64, 68))).toBe("01020304");
  expect(loadTag({ ...st25tb04k(), uid: undefined, product: undefined }).name).toBe("ST25TB04K");
});

it("every sample is a tag that answers, and becomes the same file again", async () => {
  for (const sample of sampleDumps()) {
    const dump = parseDump(sample.bytes(), { fileName: sample.fileName });
    const tag = loadTag(dump);
    expect((await tapped(tag)).target, sample.fileName).toBeDefined();
    expect(tag.toDump(), sample.fileName).toEqual(dump);
  }
});

it("Topaz answers as its dump says", async () => {
  const tag = loadTag(topaz96WithText());
  const field = createVirtualField({ tags: [tag] });
  expect(await field.discover(new AbortController().signal)).toMatchObject([{ technology: "nfc-a-type1", hr0: 0x11 }]);
  expect(tag.toDump()).toEqual(topaz96WithText());
});

it("a Type 4 tag answers through ISO-DEP, and the dump shows what is written", async () => {
  const tag = loadTag(type4WithUri());
  const bench = siliconBench(isoDep, tag);
  const { ndef } = new Type4Tag(bench);
  expect(toHex((await ndef.readBytes())!)).toBe("D1011255046578616D706C652E636F6D2F613F623D31");
  await ndef.writeBytes(fromHex("D00000"));
  const dump = tag.toDump();
  expect(dump.kind === "type4" && toHex(dump.files[0]!.data.subarray(0, 5))).toBe("0003D00000");
  expect(parseDump(formatDump(dump, "json"))).toEqual(dump);
});

it("a card of which only the anticollision is known answers that it has no application", async () => {
  const identity = { uid: fromHex("04112233445566"), atqa: fromHex("4403"), sak: 0x20 };
  const bench = siliconBench(isoDep, loadTag({ kind: "nfc-a-identity", ...identity, ats: fromHex("0675778102 80") }));
  expect(toHex(await bench.transmit(fromHex("00A4040007D276000085010100")))).toBe("6A82");
  expect(toHex(await bench.transmit(fromHex("9060000000")))).toBe("6D00");
  const typeB = { pupi: fromHex("01020304"), applicationData: fromHex("00000000"), protocolInfo: fromHex("008181") };
  const other = siliconBench(isoDep, loadTag({ kind: "nfc-b-identity", ...typeB }));
  expect(toHex(await other.transmit(fromHex("00A4040000")))).toBe("6A82");
});

it("what has no silicon is refused by name", () => {
  const identity = { uid: fromHex("01020304"), atqa: fromHex("0400"), sak: 0x08 };
  expect(refusal(() => loadTag({ kind: "nfc-a-identity", ...identity, ats: undefined })).code).toBe("NO_SILICON");
});

it("a file of keys is refused by name", () => {
  expect(refusal(() => loadTag(parseDump(fixture("s50-empty-key.bin")))).message).toBe("a file of keys holds no tag");
});
