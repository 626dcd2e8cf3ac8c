import { fromHex, type RfFrame, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { fixture } from "../../test/fixtures.ts";
import { type DumpError, isDumpError } from "../dump/errors.ts";
import { formatDump } from "../dump/format.ts";
import { parseDump } from "../dump/parse.ts";
import { createVirtualField } from "../field/virtual-field.ts";
import { classic1kWithNdef, topaz96WithText } from "../samples.ts";
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
    const filled = formatDump({ ...loadTag(dump, { fillUnread: 0xff }).toDump(), unread: [] } as typeof dump, "raw");
    expect(toHex(filled.slice(48, 54))).toBe("FFFFFFFFFFFF");
  });

  it("is refused with a memory that it has not", () => {
    const dump = { ...classic1kWithNdef(), memory: new Uint8Array(1000) };
    expect(refusal(() => loadTag(dump))).toMatchObject({ code: "DAMAGED", field: "memory" });
  });
});

it("Topaz answers as its dump says", async () => {
  const tag = loadTag(topaz96WithText());
  const field = createVirtualField({ tags: [tag] });
  expect(await field.discover(new AbortController().signal)).toMatchObject([{ technology: "nfc-a-type1", hr0: 0x11 }]);
  expect(tag.toDump()).toEqual(topaz96WithText());
});

it("what has no silicon is refused by name", () => {
  expect(refusal(() => loadTag(parseDump(fixture("s50-empty-key.bin")))).message).toBe("a file of keys holds no tag");
});
