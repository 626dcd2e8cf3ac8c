import { fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyRecord } from "../../test/arbitrary.ts";
import { encodeRecords } from "../wire/encode.ts";
import { isNdefError } from "../wire/errors.ts";
import { parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { uriRecord } from "../types/uri.ts";
import type { NdefRecordInit } from "./init.ts";
import { createNdefRecords, encodeNdefMessage, parseNdefMessage } from "./message.ts";
import { isNdefRecord, NdefRecord } from "./record.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (hex: string): readonly NdefRecord[] => parseNdefMessage(fromHex(hex)).records;
const write = (...records: readonly NdefRecordInit[]): string => toHex(encodeNdefMessage({ records }));

const nothing = { mediaType: null, id: null, data: null, encoding: null, lang: null, error: undefined };

describe("reading", () => {
  it.each([
    ["D00000", { recordType: "empty" }],
    ["D101085402656E48656C6C6F", { recordType: "text", lang: "en", encoding: "utf-8", data: utf8("Hello") }],
    [
      "D1010954826A61FEFF65E5672C",
      { recordType: "text", lang: "ja", encoding: "utf-16be", data: fromHex("FEFF65E5672C") },
    ],
    ["D1011255046578616D706C652E636F6D2F613F623D31", { recordType: "url", data: utf8("https://example.com/a?b=1") }],
    [
      "DA1007026170706C69636174696F6E2F6A736F6E78317B2261223A317D",
      { recordType: "mime", mediaType: "application/json", id: "x1", data: utf8('{"a":1}') },
    ],
    ["D410036578616D706C652E636F6D3A64656D6F010203", { recordType: "example.com:demo", data: fromHex("010203") }],
    [
      "D31A0068747470733A2F2F6578616D706C652E636F6D2F736368656D61",
      { recordType: "absolute-url", data: utf8("https://example.com/schema") },
    ],
    ["D50004DEADBEEF", { recordType: "unknown", data: fromHex("DEADBEEF") }],
    ["D1010054", { recordType: "text" }],
    ["D1010055", { recordType: "url" }],
    ["D103016163742A", { recordType: ":act", data: fromHex("2A") }],
    ["D1020148732A", { recordType: "urn:nfc:wkt:Hs", data: fromHex("2A") }],
  ])("%s", (hex, expected) => {
    const [record] = read(hex);
    const { raw, ...seen } = record!;
    expect(seen).toEqual({ ...nothing, ...expected });
    expect(raw).toEqual(parseRecords(fromHex(hex)).records[0]);
  });

  it("spells a MIME type canonically", () => {
    const record = { tnf: Tnf.mime, type: utf8('Text/Plain; Charset="utf-8" ;x;'), id: utf8(""), payload: utf8("") };
    expect(new NdefRecord(record).mediaType).toBe("text/plain;charset=utf-8");
    expect(new NdefRecord({ ...record, type: utf8("nonsense") }).mediaType).toBe("nonsense");
  });

  it.each([
    ["D10102543F65", "text", "language code"],
    ["D101035504410A", "url", "URI"],
    ["D4020161622A", "ab", "TYPE"],
  ])("%s does not lose the record whose content is wrong", (hex, recordType, field) => {
    const [record] = read(hex);
    expect(record!.recordType).toBe(recordType);
    expect(record!.error?.field).toBe(field);
    expect(toHex(encodeNdefMessage({ records: [record!] }))).toBe(hex);
  });

  it("takes what follows a reserved identifier code as it is", () => {
    const [record] = read("D1010C55246578616D706C652E636F6D");
    expect(record!.data).toEqual(utf8("example.com"));
    expect(record!.error?.message).toContain("36 is reserved");
  });

  it("knows its own records", () => {
    expect(isNdefRecord(read("D00000")[0])).toBe(true);
    const { ...copy } = read("D00000")[0]!;
    expect(isNdefRecord(copy)).toBe(false);
    expect(isNdefRecord(null)).toBe(false);
  });
});

describe("records in records", () => {
  const poster =
    "D1025C537091010E55046578616D706C652E636F6D2F701101095402656E506F7374657211010954026465506C616B617411030161637400120908696D6167652F706E6789504E470D0A1A0A110104730000100051010974746578742F68746D6C";
  const types = (record: NdefRecord): string[] | undefined => record.toRecords()?.map(({ recordType }) => recordType);

  it("of a smart poster", () => {
    expect(types(read(poster)[0]!)).toEqual(["url", "text", "text", ":act", "mime", ":s", ":t"]);
  });

  it("of a smart poster that has not the records it must have", () => {
    expect(() => read("D102075370D101035402656E")[0]!.toRecords()).toThrow("exactly one URI record, not 0");
    const local = (type: string, payload: string): RawRecord => ({
      tnf: Tnf.wellKnown,
      type: utf8(type),
      id: utf8(""),
      payload: fromHex(payload),
    });
    const inside = (...raws: readonly RawRecord[]): NdefRecord =>
      new NdefRecord({ ...local("Sp", ""), payload: encodeRecords([uriRecord("https://a.b"), ...raws]) });
    expect(() => inside(local("s", "00000001"), local("s", "00000001")).toRecords()).toThrow('":s" 2 times');
    expect(() => inside(local("s", "0001")).toRecords()).toThrow('":s" has 4 bytes, not 2');
    expect(() => inside(local("act", "0001")).toRecords()).toThrow('":act" has 1 bytes, not 2');
    expect(() => read("D102015370FF")[0]!.toRecords()).toThrow();
    const twice = write({
      recordType: "smart-poster",
      data: { records: [{ recordType: "url", data: "https://a.b" }] },
    });
    expect(types(read(twice)[0]!)).toEqual(["url"]);
  });

  it("of handover records and of external types", () => {
    expect(types(read("D1020A487313D10204616301013000")[0]!)).toEqual([":ac"]);
    expect(types(read("D10201487313")[0]!)).toEqual([]);
    expect(
      types(read(write({ recordType: "a.b:c", data: { records: [{ recordType: "text", data: "x" }] } }))[0]!),
    ).toEqual(["text"]);
    expect(types(read(write({ recordType: "a.b:c", data: utf8("xyz") }))[0]!)).toBeUndefined();
    expect(types(read(write({ recordType: "a.b:c", data: utf8("") }))[0]!)).toBeUndefined();
    expect(types(read("D101085402656E48656C6C6F")[0]!)).toBeUndefined();
  });
});

describe("writing", () => {
  it.each([
    ["D00000", { recordType: "empty" }],
    ["D101085402656E48656C6C6F", { recordType: "text", data: "Hello" }],
    ["D1010D540564652D41544772C3BCC39F65", { recordType: "text", lang: "de-AT", data: "Grüße" }],
    [
      "D1010954826A61FEFF65E5672C",
      { recordType: "text", lang: "ja", encoding: "utf-16", data: fromHex("FEFF65E5672C") },
    ],
    [
      "D1010954826A61FFFEE5652C67",
      { recordType: "text", lang: "ja", encoding: "utf-16le", data: fromHex("FFFEE5652C67") },
    ],
    ["D1010754826A6165E5672C", { recordType: "text", lang: "ja", encoding: "utf-16le", data: fromHex("E5652C67") }],
    ["D1011255046578616D706C652E636F6D2F613F623D31", { recordType: "url", data: "https://EXAMPLE.com/a?b=1" }],
    [
      "DA1007026170706C69636174696F6E2F6A736F6E78317B2261223A317D",
      { recordType: "mime", mediaType: "Application/JSON", id: "x1", data: utf8('{"a":1}') },
    ],
    [
      "D21801" + toHex(utf8("application/octet-stream")) + "2A",
      { recordType: "mime", mediaType: "?", data: fromHex("2A") },
    ],
    ["D410036578616D706C652E636F6D3A64656D6F010203", { recordType: "example.com:demo", data: fromHex("010203") }],
    ["D41300" + toHex(utf8("xn--mnchen-3ya.de:x")), { recordType: "münchen.de:x", data: fromHex("") }],
    [
      "D31A0068747470733A2F2F6578616D706C652E636F6D2F736368656D61",
      { recordType: "absolute-url", data: "https://example.com/schema" },
    ],
    ["D50004DEADBEEF", { recordType: "unknown", data: new DataView(fromHex("DEADBEEF").buffer) }],
    ["D10201487313", { recordType: "urn:nfc:wkt:Hs", data: fromHex("13").buffer }],
    ["D101085402656E48656C6C6F", { recordType: "text", data: "Hello", id: "", lang: null, mediaType: null }],
  ])("%s", (hex, init) => {
    expect(write(init)).toBe(hex);
  });

  it("takes a string for a text, and bytes for a MIME record of no particular type", () => {
    expect(toHex(encodeNdefMessage("Hello"))).toBe("D101085402656E48656C6C6F");
    expect(createNdefRecords(fromHex("2A"))[0]).toMatchObject({
      recordType: "mime",
      mediaType: "application/octet-stream",
      data: fromHex("2A"),
    });
  });

  it("takes wire records, records that were read, and changed copies of them", () => {
    const [text] = read("D101085402656E48656C6C6F");
    const { ...copy } = text!;
    expect(toHex(encodeNdefMessage({ records: [text!, text!.raw, { ...copy, lang: "de" }] }))).toBe(
      "9101085402656E48656C6C6F1101085402656E48656C6C6F5101085402646548656C6C6F",
    );
  });

  it("puts the URL of a smart poster first", () => {
    const records = [
      { recordType: ":act", data: fromHex("00") },
      { recordType: ":s", data: fromHex("00001000") },
      { recordType: "text", data: "Poster" },
      { recordType: "url", data: "https://example.com/p" },
    ];
    const [poster] = read(write({ recordType: "smart-poster", data: { records } }));
    expect(poster!.toRecords()!.map(({ recordType }) => recordType)).toEqual(["url", ":act", ":s", "text"]);
  });

  const url = { recordType: "url", data: "https://a.b" };
  const poster = (...records: readonly NdefRecordInit[]): NdefRecordInit => ({
    recordType: "smart-poster",
    data: { records },
  });
  const nested = (depth: number): NdefRecordInit =>
    depth === 0 ? { recordType: "text", data: "x" } : { recordType: "a.b:c", data: { records: [nested(depth - 1)] } };

  it("nests up to 32 levels", () => {
    expect(() => write(nested(31))).not.toThrow();
    expect(() => write(nested(32))).toThrow("nest deeper than 32");
  });

  it.each<[string, NdefRecordInit, string]>([
    ["an empty record with an id", { recordType: "empty", id: "x" }, "an empty record has none"],
    ["an empty record with data", { recordType: "empty", data: "x" }, "an empty record has none"],
    ["a media type where none is", { recordType: "text", data: "x", mediaType: "a/b" }, "only mime has one"],
    ["an encoding where none is", { recordType: "unknown", data: utf8(""), encoding: "utf-8" }, "only text has one"],
    ["a language where none is", { recordType: "url", data: "a:b", lang: "en" }, "only text has one"],
    ["a string in another encoding", { recordType: "text", data: "x", encoding: "utf-16" }, "is written in utf-8"],
    ["an unknown encoding", { recordType: "text", data: utf8("x"), encoding: "latin1" }, '"latin1" is not known'],
    ["half a code unit", { recordType: "text", data: utf8("x"), encoding: "utf-16le" }, "inside a UTF-16 code unit"],
    ["a long language", { recordType: "text", data: "x", lang: "x".repeat(64) }, "63 fit"],
    ["a text without data", { recordType: "text" }, "is given as bytes"],
    ["a URL in bytes", { recordType: "url", data: utf8("https://a.b") }, "is given as a string"],
    ["no URL", { recordType: "url", data: "foo" }, "is no URL"],
    ["MIME data as a string", { recordType: "mime", data: "x" }, "is given as bytes"],
    ["a local type outside", { recordType: ":act", data: utf8("x") }, "stands in another record"],
    ["a local type in upper case", poster(url, { recordType: ":Act", data: utf8("x") }), "is no local type"],
    ["a type that is none", { recordType: "foo", data: utf8("x") }, "is no record type"],
    ["a domain that is none", { recordType: "a b:c", data: utf8("x") }, "is no record type"],
    ["a domain that a URL parser refuses", { recordType: "a%:c", data: utf8("x") }, "is no record type"],
    ["a name that is none", { recordType: "a.b:c d", data: utf8("x") }, "is no record type"],
    ["a smart poster without URL", poster({ recordType: "text", data: "x" }), "exactly one url, not 0"],
    ["a smart poster with two", poster(url, url), "exactly one url, not 2"],
    ["a smart poster in bytes", { recordType: "smart-poster", data: utf8("") }, "is given as records"],
    ["an absolute URL in it", poster(url, { recordType: "absolute-url", data: "a:b" }), "has its URL as url"],
    ["a long size in it", poster(url, { recordType: ":s", data: new Uint8Array(5) }), '":s" has 4 bytes, not 5'],
    ["a long action in it", poster(url, { recordType: ":act", data: new Uint8Array(2) }), "has 1 byte, not 2"],
    [
      "a local type twice",
      poster(url, { recordType: ":x", data: utf8("") }, { recordType: ":x", data: utf8("") }),
      'has ":x" twice',
    ],
    ["no records in it", poster(), "at least one record"],
    ["a long id", { ...url, id: "x".repeat(256) }, "255 fit"],
  ])("refuses %s, naming the record", (_, init, message) => {
    try {
      write({ recordType: "empty" }, init);
    } catch (error) {
      expect(isNdefError(error) && error.message).toContain(message);
      if (init.recordType !== "smart-poster") expect(isNdefError(error) && error.recordIndex).toBe(1);
      return;
    }
    throw new Error("not refused");
  });

  it("refuses a message without records", () => {
    expect(() => write()).toThrow("at least one record");
  });
});

it("what was read is written the same, and has the same meaning again", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), (raws) => {
      const bytes = encodeRecords(raws);
      const { records } = parseNdefMessage(bytes);
      expect(encodeNdefMessage({ records })).toEqual(bytes);
    }),
  );
});

it("dictionaries go and come back", () => {
  const data = fc.uint8Array({ maxLength: 300 });
  const id = fc.option(fc.string({ minLength: 1, maxLength: 10, unit: "grapheme-ascii" }), { nil: null });
  const init: fc.Arbitrary<NdefRecordInit> = fc.oneof(
    fc.record({ recordType: fc.constant("unknown"), data, id }),
    fc.record({
      recordType: fc.constant("mime"),
      mediaType: fc.constantFrom("a/b", "text/plain;charset=utf-8"),
      data,
      id,
    }),
    fc.record({ recordType: fc.constant("example.com:x"), data, id }),
    fc.record({
      recordType: fc.constant("text"),
      data,
      id,
      lang: fc.constantFrom("en", "de-AT"),
      encoding: fc.constant("utf-8"),
    }),
  );
  fc.assert(
    fc.property(fc.array(init, { minLength: 1, maxLength: 4 }), (inits) => {
      const { records } = parseNdefMessage(encodeNdefMessage({ records: inits }));
      expect(
        records.map(({ recordType, mediaType, id, data, lang, encoding }) => ({
          recordType,
          mediaType,
          id,
          data,
          lang,
          encoding,
        })),
      ).toEqual(inits.map((one) => ({ mediaType: null, lang: null, encoding: null, ...one })));
    }),
  );
});
