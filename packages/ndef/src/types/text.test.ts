import { fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecords } from "../wire/encode.ts";
import { isNdefError } from "../wire/errors.ts";
import { parseRecords } from "../wire/parse.ts";
import { parseText, textRecord, type TextRecordOptions } from "./text.ts";

const read = (hex: string) => parseText(parseRecords(fromHex(hex)).records[0]!);

describe("text records", () => {
  const texts: readonly (readonly [string, string, TextRecordOptions])[] = [
    ["D101085402656E48656C6C6F", "Hello", { lang: "en", encoding: "utf-8" }],
    ["D1010D540564652D41544772C3BCC39F65", "Grüße", { lang: "de-AT", encoding: "utf-8" }],
    ["D1010954826A61FEFF65E5672C", "日本", { lang: "ja", encoding: "utf-16" }],
  ];
  it.each(texts)("%s is %s", (hex, text, options) => {
    expect(read(hex)).toEqual({ text, ...options });
    expect(toHex(encodeRecords([textRecord(text, options)]))).toBe(hex);
  });

  it("reads UTF-16 without a mark as big-endian, and with one as it says", () => {
    expect(read("D101095482667200E9007400E9").text).toBe("été");
    expect(read("D1010954826A61FFFEE5652C67")).toEqual({ text: "日本", lang: "ja", encoding: "utf-16" });
  });

  it("ignores the reserved bit, and takes a text without language", () => {
    expect(read("D101055442656E6F6B").text).toBe("ok");
    expect(read("D1010354006162")).toEqual({ text: "ab", lang: "", encoding: "utf-8" });
  });

  it.each([
    ["no status", "D1010054", "status"],
    ["language longer than the payload", "D10102543F65", "language code"],
    ["language that is no ASCII", "D101025401E9", "language code"],
    ["text that is no UTF-8", "D101045402656EFF", "text"],
    ["half a UTF-16 unit", "D1010254806F", "text"],
    ["lone surrogates", "D101035480D800", "text"],
    ["a low surrogate alone", "D101035480DC00", "text"],
    ["another record", "D1010055", "TYPE"],
  ])("refuses %s", (_, hex, field) => {
    expect(() => read(hex)).toThrow(field);
  });

  it("refuses a language tag that does not fit", () => {
    expect(() => textRecord("x", { lang: "x".repeat(64) })).toThrow("63 fit");
    expect(() => textRecord("x", { lang: "é" })).toThrow("not ASCII");
  });

  it("go and come back", () => {
    const options = fc.record({
      encoding: fc.constantFrom("utf-8" as const, "utf-16" as const),
      lang: fc.constant("de"),
    });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), options, (text, how) => {
        // a byte order mark at the very start of UTF-16 is not text
        fc.pre(!text.startsWith("\uFEFF"));
        expect(parseText(textRecord(text, how))).toEqual({ text, ...how });
      }),
    );
  });

  it("any payload is a text or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (payload) => {
        try {
          parseText({ ...textRecord(""), payload });
        } catch (error) {
          expect(isNdefError(error)).toBe(true);
        }
      }),
    );
  });
});
