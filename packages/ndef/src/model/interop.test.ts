import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { encodeNdefMessage, parseNdefMessage } from "./message.ts";

/** What browsers make of the dictionaries of Web NFC. */

const octets = (hex: string): Uint8Array => fromHex(hex);

describe("dictionaries", () => {
  const data = octets("01020304");
  const written = (recordType: string, init: object = {}): string =>
    toHex(encodeNdefMessage({ records: [{ recordType, data, ...init }] }));

  test("views are taken for the bytes that they see", () => {
    const { buffer } = new Uint8Array(data);
    expect(written("unknown", { data: new Uint8Array(buffer, 1) })).toBe("D50003020304");
    expect(written("mime", { data: new DataView(buffer, 2), mediaType: "a/b" })).toBe("D20302612F620304");
    const size = { recordType: ":s", data: new Uint32Array(buffer) };
    const poster = { records: [{ recordType: "url", data: "https://a.b" }, size] };
    expect(written("smart-poster", { data: poster })).toContain("51010473" + "01020304");
  });

  test("the case of an external type stays", () => {
    const type = "foo.eXamPle.com:bAr*-";
    const [record] = parseNdefMessage(fromHex(written(type))).records;
    expect(record).toMatchObject({ recordType: type, data });
    expect(record!.toRecords()).toBeNull();
    expect(written(`${"a".repeat(251)}:xyz`)).toMatch(/^D4FF04/);
  });

  test.each([
    "EMptY",
    "TeXt",
    "uRL",
    "Mime",
    "sMart-PosTER",
    "xyz",
    ":xyz",
    "example.com:",
    "example.com:hellö",
    "example.com:xyz[",
    "example.com:xyz~",
    "example.com:xyz/",
    `${"a".repeat(252)}:xyz`,
  ])("%s is no type", (recordType) => {
    expect(() => written(recordType)).toThrow();
  });

  test("local types in an external record", () => {
    const inside = (recordType: string, inner: unknown = data): string =>
      written("example.com:foo", { data: { records: [{ recordType, data: inner }] } });
    for (const type of [":xyz", ":xyZ123", ":123XYz", `:${"a".repeat(255)}`]) {
      const [outer] = parseNdefMessage(fromHex(inside(type))).records;
      expect(outer!.toRecords()).toMatchObject([{ recordType: type, data }]);
      expect(outer!.toRecords()![0]!.toRecords()).toBeNull();
    }
    const [outer] = parseNdefMessage(fromHex(inside(":xyz", { records: [{ recordType: "text", data: "x" }] }))).records;
    expect(outer!.toRecords()![0]!.toRecords()).toMatchObject([{ recordType: "text", lang: "en" }]);
    for (const type of [":hellö", `:${"a".repeat(256)}`, ":Xyz", ":"]) expect(() => inside(type)).toThrow();
    expect(() => inside(":xyz", "a string")).toThrow();
  });

  test("a smart poster whose size nobody could read is not written", () => {
    const poster = (recordType: string, inner: Uint8Array): (() => string) => {
      const parts = [
        { recordType: "url", data: "https://a.b" },
        { recordType, data: inner },
      ];
      return () => written("smart-poster", { data: { records: parts } });
    };
    expect(poster(":s", data)).not.toThrow();
    expect(poster(":s", octets("01"))).toThrow('":s" has 4 bytes, not 1');
    expect(poster(":act", data)).toThrow('":act" has 1 byte, not 4');
  });

  test.each(["https://w3.org", "https://www.example.com", "https://example.com/a b", "tel:+1234", "mailto:a@b.c"])(
    "the dictionary of %s is the same record as its URI",
    (data) => {
      const [record] = parseNdefMessage(encodeNdefMessage({ records: [{ recordType: "url", data }] })).records;
      expect(new TextDecoder().decode(record!.data)).toBe(data.replace(" ", "%20"));
      const absolute = encodeNdefMessage({ records: [{ recordType: "absolute-url", data }] });
      expect(new TextDecoder().decode(parseNdefMessage(absolute).records[0]!.data)).toBe(data.replace(" ", "%20"));
    },
  );
});
