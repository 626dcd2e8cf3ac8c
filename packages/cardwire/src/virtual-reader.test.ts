import { concatBytes, type ConformanceProfile, type TraceEvent } from "@cardwire/core";
import { loadTag, type TagDump, type UltralightDump } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag213WithText,
  ntag216WithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
  ultralightEv1Ticket,
} from "@cardwire/virtual/samples";
import { describe, expect, test } from "vitest";
import type { CardMemory } from "./memory.ts";
import { taps } from "./taps.ts";
import type { Tap } from "./tap.ts";
import { createVirtualReader, type VirtualReaderOptions } from "./virtual-reader.ts";

/** Does something with the tap of a tag that lies on a virtual reader. */
async function withTap<Result>(
  dump: TagDump,
  use: (tap: Tap, reader: ReturnType<typeof createVirtualReader>) => Promise<Result>,
  options: VirtualReaderOptions = {},
): Promise<Result> {
  await using reader = createVirtualReader({ ...options, tags: [loadTag(dump)] });
  for await (const tap of taps({ context: reader.context })) return await use(tap, reader);
  throw new Error("no tap");
}

function allBytes({ areas }: CardMemory): Uint8Array {
  return concatBytes(...areas.map(({ bytes }) => bytes ?? new Uint8Array(0)));
}

/** What a dump shows: PWD and PACK are never given away. */
function shown({ memory }: UltralightDump): Uint8Array {
  const bytes = memory.slice();
  return bytes.fill(0, -8);
}

/** A tag of which the samples say that it has a URL keeps another message, a long one, and none. */
async function checkNdef({ ndef }: Tap): Promise<void> {
  const url = async (): Promise<string | undefined> => {
    const record = (await ndef?.read())?.records[0];
    return record?.recordType === "url" ? new TextDecoder().decode(record.data ?? undefined) : undefined;
  };
  expect(await url()).toBe("https://example.com/a?b=1");
  const long = `https://example.com/${"x".repeat(70)}`;
  for (const data of ["https://example.org/", long]) {
    await ndef?.write({ records: [{ recordType: "url", data }] });
    expect(await url()).toBe(data);
  }
  await expect(ndef?.write("y".repeat(400))).rejects.toMatchObject({ name: "NdefTagError", code: "TOO_SMALL" });
  expect(await url()).toBe(long);
}

describe.each<ConformanceProfile>(["documented", "nfccx"])("a tag on a virtual reader, profile %s", (profile) => {
  test.each([
    ["NTAG216", ntag216WithUri, 888],
    ["NTAG213", ntag213WithText, 144],
    ["MIFARE Ultralight EV1 48", ultralightEv1Ticket, 48],
  ] as const)("is a %s, and gives its memory", async (name, sample, userBytes) => {
    const dump = sample();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({
          name,
          family: "mifare-ultralight",
          kind: "storage",
          interface: "contactless",
          standard: "ISO 14443 A, part 3",
          certainty: "product",
          userBytes,
        });
        expect(tap.uid).toEqual(dump.uid);
        expect(tap.problems).toEqual([]);
        const progress: number[] = [];
        const memory = await tap.memory?.read({ onProgress: (read, total) => progress.push(read / total) });
        expect(memory && allBytes(memory)).toEqual(shown(dump));
        expect(progress.at(-1)).toBe(1);
        expect((await tap.as("mifare-ultralight")?.identify())?.product?.name).toBe(name);
      },
      { profile },
    );
  });

  test("of MIFARE Classic gives its sectors to the keys that everybody knows", async () => {
    const dump = classic1kWithNdef();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({ name: "MIFARE Classic 1K", family: "mifare-classic", kind: "storage" });
        const memory = await tap.memory?.read();
        expect(memory?.areas.slice(0, 5).map(({ part, name, address, units }) => [part, name, address, units])).toEqual(
          [
            ["sector 0, key A A0A1A2A3A4A5", "manufacturer: UID", 0, 1],
            ["sector 0, key A A0A1A2A3A4A5", "application directory", 1, 2],
            ["sector 0, key A A0A1A2A3A4A5", "trailer: key A (hidden), access bits, key B", 3, 1],
            ["sector 1, NDEF, key A D3F7D3F7D3F7", "data", 4, 3],
            ["sector 1, NDEF, key A D3F7D3F7D3F7", "trailer: key A (hidden), access bits, key B", 7, 1],
          ],
        );
        // key A is never shown; key B only where the conditions let it be read, in the free sectors here
        const expected = dump.memory.slice();
        for (let sector = 0; sector < 16; sector++) {
          expected.fill(0, sector * 64 + 48, sector * 64 + 54);
          if (sector < 3) expected.fill(0, sector * 64 + 58, sector * 64 + 64);
        }
        expect(memory && allBytes(memory)).toEqual(expected);
        expect((await tap.ndef?.read())?.records[0]?.recordType).toBe("url");
        expect(tap.as("mifare-classic")?.size).toBe("1k");
        expect(tap.as("felica")).toBeUndefined();
      },
      { profile },
    );
  });

  test("of FeliCa Lite-S gives its blocks by name", async () => {
    const dump = felicaLiteSWithUri();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({ name: "FeliCa Lite-S", family: "felica", userBytes: 224 });
        expect(tap.uid).toEqual(dump.idm);
        const memory = await tap.memory?.read();
        expect(memory?.areas.map(({ name, address, units }) => [name, address, units]).slice(0, 3)).toEqual([
          ["S_PAD", 0x00, 14],
          ["REG: subtractive registers", 0x0e, 1],
          ["ID", 0x82, 1],
        ]);
        expect(memory?.areas[0]?.bytes).toEqual(concatBytes(...dump.blocks.slice(0, 14).map(({ data }) => data)));
        await checkNdef(tap);
      },
      { profile },
    );
  });

  test("of ISO 15693 gives its blocks, the capability container by itself", async () => {
    const dump = slixWithUri();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({ name: "ICODE SLIX", family: "iso15693", userBytes: dump.memory.length });
        expect(tap.uid).toEqual(dump.uid);
        const memory = await tap.memory?.read();
        expect(memory?.areas.map(({ name, address, units }) => [name, address, units])).toEqual([
          ["capability container", 0, 1],
          ["user memory", 1, 27],
        ]);
        expect(memory && allBytes(memory)).toEqual(dump.memory);
        await checkNdef(tap);
      },
      { profile },
    );
  });

  test("of Topaz gives its blocks and its text", async () => {
    const dump = topaz96WithText();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({ name: "Topaz 96", family: "topaz", userBytes: 96 });
        expect(tap.uid).toEqual(dump.uid.slice(0, 4));
        const memory = await tap.memory?.read();
        expect(memory?.areas.map(({ name, address, units }) => [name, address, units])).toEqual([
          ["UID", 0x0, 1],
          ["capability container, user memory", 0x1, 1],
          ["user memory", 0x2, 11],
          ["reserved", 0xd, 1],
          ["lock bytes, one-time programmable bytes", 0xe, 1],
        ]);
        expect(memory && allBytes(memory)).toEqual(dump.memory);
        await tap.ndef?.write("Hello again");
        expect((await tap.ndef?.read())?.records[0]?.recordType).toBe("text");
      },
      { profile },
    );
  });

  test("of ST25TB gives its blocks, counters and lock register", async () => {
    const dump = st25tb04k();
    await withTap(
      dump,
      async (tap) => {
        expect(tap.card).toMatchObject({ name: "ST25TB04K", family: "iso14443b", standard: "ISO 14443 B, part 3" });
        const memory = await tap.memory?.read();
        expect(memory?.areas.map(({ name, address, units }) => [name, address, units])).toEqual([
          ["resettable one-time bits", 0, 5],
          ["counter 5, down only", 5, 1],
          ["counter 6, down only", 6, 1],
          ["user memory", 7, 121],
          ["lock register", 0xff, 1],
        ]);
        expect(memory && allBytes(memory)).toEqual(concatBytes(dump.memory, dump.systemBlock!));
      },
      { profile },
    );
  });

  test("holds what was written to it", async () => {
    await withTap(
      ntag213WithText(),
      async ({ ndef }) => {
        const before = await ndef?.read();
        expect(before?.records[0]?.recordType).toBe("text");
        await ndef?.write({ records: [{ recordType: "url", data: "https://example.com/" }] });
        const after = await ndef?.read();
        expect(new TextDecoder().decode(after?.records[0]?.data ?? undefined)).toBe("https://example.com/");
        await ndef?.makeReadOnly();
        await expect(ndef?.write("no more")).rejects.toMatchObject({ code: "READ_ONLY" });
      },
      { profile },
    );
  });

  test("keeps to itself what a password protects, and rolls nothing else into its place", async () => {
    const dump = ntag213WithText();
    const protectedDump = { ...dump, memory: dump.memory.slice() };
    protectedDump.memory[0x29 * 4 + 3] = 10; // AUTH0
    protectedDump.memory[0x2a * 4] = 0x80; // PROT
    await withTap(
      protectedDump,
      async (tap) => {
        const memory = await tap.memory?.read();
        const areas = memory?.areas.map(({ name, address, units, bytes, problem }) => [
          name,
          address,
          units,
          bytes?.length,
          problem,
        ]);
        expect(areas?.slice(4)).toEqual([
          ["user memory", 4, 6, 24, undefined],
          ["user memory", 10, 30, undefined, "protected"],
          ["dynamic lock bytes", 0x28, 1, undefined, "protected"],
          ["CFG0: mirror, AUTH0", 0x29, 1, undefined, "protected"],
          ["CFG1: ACCESS", 0x2a, 1, undefined, "protected"],
          ["PWD, never shown", 0x2b, 1, undefined, undefined],
          ["PACK, never shown", 0x2c, 1, undefined, undefined],
        ]);
        expect(memory?.areas[4]?.bytes).toEqual(dump.memory.slice(16, 40));
      },
      { profile },
    );
  });
});

test("a tag pulled while it is read ends in one typed error", async () => {
  await withTap(ntag216WithUri(), async (tap, { field }) => {
    field.pullAfter(3);
    await expect(tap.memory?.read()).rejects.toMatchObject({ name: "SmartCardError" });
    await expect.poll(() => tap.gone.aborted).toBe(true);
    await expect(tap.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0))).rejects.toMatchObject({
      responseCode: "removed-card",
    });
  });
});

test.each([
  ["FeliCa Lite-S", felicaLiteSWithUri],
  ["ICODE SLIX", slixWithUri],
] as const)("a %s pulled anywhere in a write holds the old message, none, or the new one", async (_, sample) => {
  const seen = new Set<string>();
  for (let exchanges = 0, written = false; !written; exchanges++) {
    await using reader = createVirtualReader();
    const tag = loadTag(sample());
    reader.field.put(tag);
    for await (const tap of taps({ context: reader.context })) {
      reader.field.pullAfter(exchanges, "before-reply");
      written = await (tap.ndef?.write("a new text") ?? Promise.resolve()).then(
        () => true,
        () => false,
      );
      break;
    }
    seen.add(await withTap(tag.toDump(), async ({ ndef }) => (await ndef?.read())?.records[0]?.recordType ?? "none"));
  }
  expect([...seen]).toEqual(["url", "none", "text"]);
});

test("a signal ends a reading", async () => {
  await withTap(ntag216WithUri(), async (tap) => {
    await expect(tap.memory?.read({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

test("the trace has every layer, down and up", async () => {
  const events: TraceEvent[] = [];
  await withTap(ntag213WithText(), async (tap) => tap.memory?.read(), {
    trace: (event) => events.push(event),
  });
  for (const layer of ["ioctl", "apdu", "rf"] as const)
    for (const direction of ["down", "up"] as const)
      expect(events.some((event) => event.layer === layer && event.direction === direction)).toBe(true);
  const times = events.map(({ timeUs }) => timeUs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
