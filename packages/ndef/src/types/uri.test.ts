import { fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecords } from "../wire/encode.ts";
import { parseRecords } from "../wire/parse.ts";
import { parseUri, URI_PREFIXES, uriRecord } from "./uri.ts";

const read = (hex: string, strict = true) => parseUri(parseRecords(fromHex(hex)).records[0]!, { strict });

describe("URI records", () => {
  it.each([
    ["D1011255046578616D706C652E636F6D2F613F623D31", "https://example.com/a?b=1"],
    ["D1010A55052B3135353530313030", "tel:+15550100"],
    ["D1010C55007765622B64656D6F3A3432", "web+demo:42"],
    ["D10119551E736774696E3A303631343134312E3131323334352E343030", "urn:epc:id:sgtin:0614141.112345.400"],
  ])("%s is %s", (hex, uri) => {
    expect(read(hex)).toBe(uri);
    expect(toHex(encodeRecords([uriRecord(uri)]))).toBe(hex);
  });

  it("knows 36 prefixes", () => {
    expect(URI_PREFIXES).toHaveLength(0x24);
    expect([URI_PREFIXES[0x02], URI_PREFIXES[0x0d], URI_PREFIXES[0x1d], URI_PREFIXES[0x23]]).toEqual([
      "https://www.",
      "ftp://",
      "file://",
      "urn:nfc:",
    ]);
  });

  it("takes a reserved identifier code for none only if told to", () => {
    const hex = "D1010C55246578616D706C652E636F6D";
    expect(() => read(hex)).toThrow("identifier code at offset 0: 36 is reserved");
    expect(read(hex, false)).toBe("example.com");
  });

  it.each([
    ["no identifier code", "D1010055", "identifier code"],
    ["a control character", "D101035504410A", "URI at offset 2"],
    ["bytes that are no UTF-8", "D101035504C328", "URI at offset 1"],
  ])("refuses %s", (_, hex, message) => {
    expect(() => read(hex)).toThrow(message);
  });

  it("refuses to write a control character", () => {
    expect(() => uriRecord("https://a\u007f")).toThrow("no control characters");
  });

  it("go and come back", () => {
    const uri = fc
      .tuple(fc.constantFrom(...URI_PREFIXES), fc.string({ unit: "grapheme" }))
      .map(([prefix, rest]) => prefix + rest);
    fc.assert(
      fc.property(uri, (text) => {
        expect(parseUri(uriRecord(text))).toBe(text);
      }),
    );
  });
});
