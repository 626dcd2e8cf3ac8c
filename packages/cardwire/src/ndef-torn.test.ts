import { fromHex, type VirtualTag } from "@cardwire/core";
import { createFelicaTag } from "@cardwire/felica/virtual";
import { createIso15693Tag } from "@cardwire/iso15693/virtual";
import { createMifareClassicTag, mifareClassicImage } from "@cardwire/mifare-classic/virtual";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { createTopazTag } from "@cardwire/topaz/virtual";
import { type DumpTag, loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag213WithText,
  slixWithUri,
  topaz96WithText,
  type4WithUri,
} from "@cardwire/virtual/samples";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Tap } from "./tap.ts";
import { taps } from "./taps.ts";
import { createVirtualReader } from "./virtual-reader.ts";

/** Nothing here waits for anything: the presence check comes when it is called. */
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const MOMENTS = ["before-request", "before-reply"] as const;
type Moment = (typeof MOMENTS)[number];

async function withTap<Result>(
  tag: VirtualTag,
  use: (tap: Tap) => Promise<Result>,
  pull?: { readonly after: number; readonly moment: Moment },
): Promise<Result> {
  await using reader = createVirtualReader({ tags: [tag] });
  for await (const tap of taps({ context: reader.context })) {
    if (pull !== undefined) reader.field.pullAfter(pull.after, pull.moment);
    return await use(tap);
  }
  throw new Error("no tap");
}

/** Does something with a tag that is pulled in every exchange in turn, and looks at what is left. */
async function tornEverywhere(
  create: () => VirtualTag,
  work: (tap: Tap) => Promise<void>,
  left: (tap: Tap) => Promise<string>,
  moments: readonly Moment[] = ["before-reply"],
): Promise<Set<string>> {
  const seen = new Set<string>();
  for (const moment of moments)
    for (let after = 0, isDone = false; !isDone; after++) {
      const tag = create();
      isDone = await withTap(
        tag,
        (tap) =>
          work(tap).then(
            () => true,
            () => false,
          ),
        { after, moment },
      );
      seen.add(await withTap(tag, left));
    }
  return seen;
}

const text = (tap: Tap): Promise<string> =>
  (tap.ndef?.read() ?? Promise.resolve(undefined)).then((message) => {
    const record = message?.records[0];
    return record === undefined ? "" : new TextDecoder().decode(record.data ?? undefined);
  });

const samples: readonly (readonly [string, () => DumpTag, string])[] = [
  ["Topaz 96", () => loadTag(topaz96WithText()), "Hi there!"],
  ["NTAG213", () => loadTag(ntag213WithText()), "Hello, cardwire!"],
  ["FeliCa Lite-S", () => loadTag(felicaLiteSWithUri()), "https://example.com/a?b=1"],
  ["Type 4", () => loadTag(type4WithUri()), "https://example.com/a?b=1"],
  ["ICODE SLIX", () => loadTag(slixWithUri()), "https://example.com/a?b=1"],
  ["MIFARE Classic 1K", () => loadTag(classic1kWithNdef()), "https://example.com/a?b=1"],
];

describe("a message being written when the tag is pulled is the old one, none, or the new one", () => {
  const next = "a text that is longer than what was there";
  test.each(samples)("%s", async (_, create, before) => {
    const seen = await tornEverywhere(create, async ({ ndef }) => ndef?.write(next), text, MOMENTS);
    expect(seen).toEqual(new Set([before, "", next]));
  });
});

const blanks: readonly (readonly [string, () => VirtualTag])[] = [
  ["Topaz 96", () => createTopazTag({ hr0: 0x11, hr1: 0x48, memory: blankTopaz() })],
  [
    "NTAG213",
    () => {
      const pages = new Uint8Array(45 * 4);
      pages.set(fromHex("04A1B29FC3D4E5F002480000"));
      pages.set(fromHex("040000FF00050000FFFFFFFF00000000"), 41 * 4);
      return createMifareUltralightTag({ product: "NTAG213", pages });
    },
  ],
  [
    "FeliCa Lite",
    () =>
      createFelicaTag({
        kind: "lite",
        idm: fromHex("0114B34C2A5F6E71"),
        pmm: fromHex("00F0000000014300"),
        blocks: new Map([[0x88, fromHex("FFFFFF00FF0000000000000000000000")]]),
      }),
  ],
  [
    "ICODE SLIX",
    () =>
      createIso15693Tag({
        uid: fromHex("78563412100104E0"),
        dsfid: 0,
        afi: 0,
        icReference: 1,
        blockBytes: 4,
        memory: new Uint8Array(112),
      }),
  ],
  [
    "MIFARE Mini",
    () => {
      const memory = new Uint8Array(320);
      memory.set(fromHex("1122334444090400"));
      for (let sector = 0; sector < 5; sector++)
        memory.set(fromHex("FFFFFFFFFFFFFF078069FFFFFFFFFFFF"), sector * 64 + 48);
      return createMifareClassicTag(mifareClassicImage(memory));
    },
  ],
];

function blankTopaz(): Uint8Array {
  const memory = new Uint8Array(120);
  memory.set(fromHex("25C1D7001A2B3C00"));
  memory.set(fromHex("0160"), 112);
  return memory;
}

describe("a tag that is pulled while it is formatted is blank or formatted, and can be formatted again", () => {
  test.each(blanks)("%s", async (_, create) => {
    const seen = await tornEverywhere(
      create,
      async ({ ndef }) => ndef?.format(),
      async ({ ndef }) => {
        const before = await ndef?.state();
        await ndef?.format();
        const after = await ndef?.state();
        return `${before?.status}, ${after?.status}`;
      },
    );
    expect(seen).toEqual(new Set(["unformatted, empty", "empty, empty"]));
  });
});

describe("a tag that is pulled while it is sealed keeps its message, and can be sealed on", () => {
  test.each(samples.filter(([name]) => name !== "MIFARE Classic 1K"))("%s", async (_, create, before) => {
    const seen = await tornEverywhere(
      create,
      async ({ ndef }) => ndef?.makeReadOnly(),
      async (tap) => {
        await tap.ndef?.makeReadOnly();
        return `${await text(tap)}, ${(await tap.ndef?.state())?.writeAccess}`;
      },
    );
    expect(seen).toEqual(new Set([`${before}, read-only`]));
  });
});
