import { fromHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIXTURES, fixture, text } from "../../../test/fixtures.ts";
import { sampleDumps } from "../../samples.ts";
import { DumpError, isDumpError } from "../errors.ts";
import { formatDump } from "../format.ts";
import type { ClassicDump, TagDump, UltralightDump } from "../model.ts";
import { parseDump } from "../parse.ts";

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const written = (dump: TagDump): string => decode(formatDump(dump, "json"));

const ULTRALIGHT: UltralightDump = {
  kind: "mifare-ultralight",
  product: "MIFARE Ultralight",
  uid: fromHex("04010203040506"),
  atqa: fromHex("4400"),
  sak: 0,
  memory: new Uint8Array(64),
  unread: [{ offset: 60, length: 4 }],
  version: undefined,
  signature: undefined,
  counters: undefined,
  tearing: undefined,
  failedAuthentications: undefined,
};

describe("cardwire's own JSON", () => {
  it("has every fact under its name, a memory page by page", () => {
    expect(JSON.parse(written({ ...ULTRALIGHT, memory: new Uint8Array(8), unread: [] }))).toEqual({
      format: "cardwire tag dump",
      version: 1,
      kind: "mifare-ultralight",
      tag: {
        product: "MIFARE Ultralight",
        uid: "04010203040506",
        atqa: "4400",
        sak: 0,
        memory: ["00000000", "00000000"],
        unread: [],
      },
    });
  });

  it("every real dump and every sample comes back as it was", () => {
    for (const file of [...FIXTURES.map(fixture), ...sampleDumps().map((sample) => sample.bytes())]) {
      const dump = parseDump(file);
      expect(parseDump(formatDump(dump, "json"))).toEqual(dump);
    }
  });

  it("every kind that has no file of another format comes back, too", () => {
    const dumps: TagDump[] = [
      {
        kind: "felica-standard",
        idm: fromHex("0102030405060708"),
        pmm: fromHex("100B4B428485D0FF"),
        systems: [
          {
            code: 0x0003,
            areas: [{ code: 0, endCode: 0xfffe }],
            services: [
              { code: 0x008b, blocks: [new Uint8Array(16).fill(7)] },
              { code: 0x1808, blocks: [] },
            ],
          },
        ],
      },
      {
        kind: "nfc-a-identity",
        uid: fromHex("01020304"),
        atqa: fromHex("0400"),
        sak: 0x20,
        ats: fromHex("0578807002"),
      },
      {
        kind: "nfc-b-identity",
        pupi: fromHex("01020304"),
        applicationData: fromHex("00000000"),
        protocolInfo: fromHex("808171"),
      },
    ];
    for (const dump of dumps) expect(parseDump(text(written(dump)))).toEqual(dump);
  });

  it("a partial dump is refused unless it is allowed", () => {
    const file = text(written(ULTRALIGHT));
    expect(() => parseDump(file)).toThrow(DumpError);
    expect(parseDump(file, { allowPartial: true })).toEqual(ULTRALIGHT);
  });

  it("keys that a tag never shows are no gap, and other formats end before them", () => {
    const memory = new Uint8Array(192);
    memory.set(fromHex("04BAFFC9CA4D5D805A480000"));
    const dump: UltralightDump = {
      ...ULTRALIGHT,
      product: "MIFARE Ultralight C",
      uid: fromHex("04BAFFCA4D5D80"),
      memory,
      unread: [{ offset: 176, length: 16 }],
    };
    expect(parseDump(text(written(dump)))).toEqual(dump);
    expect(formatDump(dump, "raw")).toHaveLength(176);
    expect(parseDump(formatDump(dump, "proxmark3-json"))).toMatchObject({ memory: memory.slice(0, 176), unread: [] });
  });

  it.each<[string, (file: string) => string, string]>([
    ["another version", (file) => file.replace('"version": 1', '"version": 2'), "version"],
    ["an unknown kind", (file) => file.replace('"kind": "mifare-classic"', '"kind": "punch card"'), "kind"],
    ["a missing field", (file) => file.replace('"sak": 8,', ""), "tag.sak"],
    ["a field of another type", (file) => file.replace('"sak": 8', '"sak": "08"'), "tag.sak"],
    ["a page of the wrong digits", (file) => file.replace('"000000', '"00000G'), "tag.memory.0"],
    [
      "a range behind the end",
      (file) => file.replace('"unread": []', '"unread": [{"offset":1020,"length":5}]'),
      "tag.unread",
    ],
  ])("%s is refused with the field", (_, damage, field) => {
    const classic: ClassicDump = {
      kind: "mifare-classic",
      size: "1k",
      uid: fromHex("11223344"),
      atqa: fromHex("0400"),
      sak: 8,
      memory: new Uint8Array(1024),
      unread: [],
    };
    try {
      parseDump(text(damage(written(classic))));
    } catch (error) {
      if (!isDumpError(error)) throw error;
      expect(error.field).toBe(field);
      expect(error.line).toBeGreaterThan(0);
      return;
    }
    throw new Error("not refused");
  });

  it("any change to a file is read or refused, never with another error", () => {
    const files = sampleDumps().map((sample) => decode(formatDump(parseDump(sample.bytes()), "json")));
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.nat(),
        fc.constantFrom("", "0", '"', "[", "null", "-1"),
        (file, at, put) => {
          const place = at % file.length;
          try {
            parseDump(text(file.slice(0, place) + put + file.slice(place + 1)));
          } catch (error) {
            if (!isDumpError(error)) throw error;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
