import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FIXTURES, fixture } from "../../test/fixtures.ts";
import { loadTag } from "../families/load.ts";
import { sampleDumps } from "../samples.ts";
import { isDumpError } from "./errors.ts";
import { formatDump } from "./format.ts";
import type { DumpFormat, TagDump } from "./model.ts";
import { parseDump } from "./parse.ts";

const files = [...FIXTURES.map(fixture), ...sampleDumps().map((sample) => sample.bytes())];
const formats: readonly DumpFormat[] = ["json", "flipper", "proxmark3-json", "proxmark3-bin", "raw", "eml"];

const mutated = fc
  .tuple(
    fc.constantFrom(...files),
    fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
    fc.option(fc.nat(), { nil: undefined }),
  )
  .map(([file, changes, cut]) => {
    const bytes = file.slice(0, cut === undefined ? file.length : cut % file.length);
    for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });

it("any file is read or refused, never with another error", () => {
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 400 })), fc.boolean(), (bytes, allowPartial) => {
      try {
        loadTag(parseDump(bytes, { allowPartial }), allowPartial ? { fillUnread: 0 } : {});
      } catch (error) {
        if (!isDumpError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});

it("what is written is read back the same, in every format that can hold it", () => {
  for (const file of files) {
    const dump = parseDump(file);
    const other: Partial<Record<TagDump["kind"], DumpFormat>> = {
      topaz: "proxmark3-json",
      "mifare-classic-keys": "raw",
      type4: "json",
    };
    const own = other[dump.kind] ?? "flipper";
    // a Flipper file has a line for failed authentications, a Proxmark3 file has not
    const isBare = dump.kind === "mifare-ultralight" && dump.failedAuthentications === undefined;
    expect(parseDump(formatDump(dump, own))).toEqual(isBare ? { ...dump, failedAuthentications: 0 } : dump);
    for (const format of formats)
      try {
        const again = formatDump(dump, format);
        if ("memory" in dump && dump.kind !== "iso15693" && dump.kind !== "iso14443b-memory" && dump.kind !== "topaz")
          expect(parseDump(again)).toMatchObject({ kind: dump.kind, memory: dump.memory });
      } catch (error) {
        if (!isDumpError(error)) throw error;
        expect(error.code).toBe("NOT_REPRESENTABLE");
      }
  }
});
