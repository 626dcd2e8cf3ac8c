import { concatBytes, fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyRecord } from "../../test/arbitrary.ts";
import { encodeRecords } from "./encode.ts";
import { isNdefError, type NdefError } from "./errors.ts";
import { parseRecords } from "./parse.ts";
import type { RawRecord } from "./raw-record.ts";
import { Tnf } from "./tnf.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const record = (tnf: Tnf, type: string, payload: Uint8Array, id = ""): RawRecord => ({
  tnf,
  type: ascii(type),
  id: ascii(id),
  payload,
});

function refusal(run: () => unknown): NdefError {
  try {
    run();
  } catch (error) {
    if (isNdefError(error)) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("messages", () => {
  const messages: readonly (readonly [string, string, readonly RawRecord[]])[] = [
    ["one empty record", "D00000", [record(Tnf.empty, "", fromHex(""))]],
    ["text", "D101085402656E48656C6C6F", [record(Tnf.wellKnown, "T", fromHex("02656E48656C6C6F"))]],
    [
      "MIME with id",
      "DA1007026170706C69636174696F6E2F6A736F6E78317B2261223A317D",
      [record(Tnf.mime, "application/json", ascii('{"a":1}'), "x1")],
    ],
    [
      "external",
      "D410036578616D706C652E636F6D3A64656D6F010203",
      [record(Tnf.external, "example.com:demo", fromHex("010203"))],
    ],
    [
      "two records",
      "91010D55046578616D706C652E636F6D2F540F0F616E64726F69642E636F6D3A706B67636F6D2E6578616D706C652E617070",
      [
        record(Tnf.wellKnown, "U", concatBytes(Uint8Array.of(4), ascii("example.com/"))),
        record(Tnf.external, "android.com:pkg", ascii("com.example.app")),
      ],
    ],
    [
      "absolute URI",
      "D31A0068747470733A2F2F6578616D706C652E636F6D2F736368656D61",
      [record(Tnf.absoluteUri, "https://example.com/schema", fromHex(""))],
    ],
    ["unknown", "D50004DEADBEEF", [record(Tnf.unknown, "", fromHex("DEADBEEF"))]],
    ["no records", "", []],
  ];
  it.each(messages)("%s", (_, hex, records) => {
    expect(parseRecords(fromHex(hex))).toEqual({ records, rest: fromHex("") });
    expect(toHex(encodeRecords(records))).toBe(hex);
  });

  it("uses the short form up to 255 bytes of payload, the long form from 256 on", () => {
    const type = "application/octet-stream";
    const payload = Uint8Array.from({ length: 256 }, (_, index) => index);
    const short = encodeRecords([record(Tnf.mime, type, payload.slice(0, 255))]);
    const long = encodeRecords([record(Tnf.mime, type, payload)]);
    expect([short.length, toHex(short.slice(0, 3))]).toEqual([282, "D218FF"]);
    expect([long.length, toHex(long.slice(0, 6))]).toEqual([286, "C21800000100"]);
    expect(parseRecords(long).records[0]?.payload).toEqual(payload);
  });

  const joined = record(Tnf.mime, "text/plain", ascii("Hello chunked world"), "c1");
  it("joins chunks", () => {
    const chunks = fromHex("BA0A0602746578742F706C61696E633148656C6C6F203600086368756E6B656420560005776F726C64");
    expect(parseRecords(chunks).records).toEqual([joined]);
    expect(toHex(encodeRecords([joined]))).toBe(
      "DA0A1302746578742F706C61696E633148656C6C6F206368756E6B656420776F726C64",
    );
  });

  it("joins chunks of unknown type, each with the length form that it likes, between other records", () => {
    const bytes = fromHex("950000 350001AA 260000000001BB 160001CC 550000");
    expect(parseRecords(bytes).records).toEqual([
      record(Tnf.unknown, "", fromHex("")),
      record(Tnf.unknown, "", fromHex("AABBCC")),
      record(Tnf.unknown, "", fromHex("")),
    ]);
  });

  it.each([
    ["an ID field of length 0", "D90103005402656E", "D101035402656E"],
    ["the long form of a short payload", "C101000000035402656E", "D101035402656E"],
    ["an empty record with an ID field", "D8000000", "D00000"],
  ])("accepts %s and writes it canonically", (_, hex, canonical) => {
    expect(toHex(encodeRecords(parseRecords(fromHex(hex)).records))).toBe(canonical);
  });
});

describe("what is refused", () => {
  it.each([
    ["first record without MB", "5101035402656E", "MB", 0, 0],
    ["last record without ME", "9101035402656E", "ME", 0, 0],
    ["MB twice", "9101035402656ED101035402656E", "MB", 7, 1],
    ["reserved TNF", "D70000", "TNF", 0, 0],
    ["reserved TNF with type", "D7010054", "TNF", 0, 0],
    ["empty record with payload", "D00001AA", "TNF", 0, 0],
    ["empty record with id", "D8000001AA", "TNF", 0, 0],
    ["unknown with type", "D5010054", "TYPE_LENGTH", 1, 0],
    ["well-known without type", "D10000", "TYPE_LENGTH", 1, 0],
    ["payload cut", "D1010A5402656E", "PAYLOAD", 4, 0],
    ["header cut", "C101000000", "PAYLOAD_LENGTH", 2, 0],
    ["enormous length without data", "C101FFFFFFFF54", "PAYLOAD", 7, 0],
    ["a byte behind ME", "D0000000", "message", 3, 1],
    ["unchanged at the start", "D60000", "TNF", 0, 0],
    ["CF with ME", "F101035402656E", "CF", 0, 0],
    ["later chunk with a type", "B10102540265560101546E", "TYPE_LENGTH", 7, 0],
    ["later chunk with an id", "B101025402655E0001016178", "ID_LENGTH", 9, 0],
    ["series interrupted", "B101025402655101035402656E", "TNF", 6, 0],
    ["series without end", "B10102540265360001AA", "CF", 6, 0],
    ["chunks without type", "B10002026556000165", "TYPE_LENGTH", 1, 0],
    ["chunks of an empty record", "B00000560000", "TNF", 0, 0],
    ["only a header", "D1", "TYPE_LENGTH", 1, 0],
    ["type cut", "D10500AA", "TYPE", 3, 0],
    ["id cut", "D901000354AA", "ID", 5, 0],
  ])("%s: %s", (_, hex, field, offset, recordIndex) => {
    const error = refusal(() => parseRecords(fromHex(hex)));
    expect({ field: error.field, offset: error.offset, recordIndex: error.recordIndex }).toEqual({
      field,
      offset,
      recordIndex,
    });
    expect(error.message).toContain(`${field} at offset ${offset}: record `);
  });

  it("but not where decoding is told to be tolerant", () => {
    const strict = { strict: false };
    expect(parseRecords(fromHex("D00000AA"), strict).rest).toEqual(fromHex("AA"));
    expect(parseRecords(fromHex("D7010054"), strict).records).toEqual([record(Tnf.reserved, "T", fromHex(""))]);
    expect(parseRecords(fromHex("D1000161"), strict).records).toEqual([record(Tnf.wellKnown, "", ascii("a"))]);
    expect(refusal(() => parseRecords(fromHex("D60000"), strict)).field).toBe("TNF");
  });

  it("payloads over a limit, chunks together", () => {
    const chunks = fromHex("B5000261615600026161");
    expect(parseRecords(chunks, { maxPayloadBytes: 4 }).records).toHaveLength(1);
    const error = refusal(() => parseRecords(chunks, { maxPayloadBytes: 3 }));
    expect([error.code, error.field, error.offset]).toEqual(["TOO_LONG", "PAYLOAD_LENGTH", 7]);
  });

  it("records that cannot be written", () => {
    const nothing = new Uint8Array(0);
    const wrong: RawRecord[] = [
      record(Tnf.mime, "", nothing),
      record(Tnf.unknown, "a", nothing),
      record(Tnf.empty, "", fromHex("00")),
      record(Tnf.unchanged, "", nothing),
      record(Tnf.reserved, "", nothing),
      record(Tnf.mime, "x".repeat(256), nothing),
      record(Tnf.mime, "x", nothing, "i".repeat(256)),
    ];
    for (const one of wrong)
      expect(refusal(() => encodeRecords([record(Tnf.empty, "", nothing), one])).recordIndex).toBe(1);
  });
});

describe("in general", () => {
  it("what is written is read back", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 6 }), (records) => {
        expect(parseRecords(encodeRecords(records)).records).toEqual(records);
      }),
    );
  });

  it("any bytes are read or refused, and what is read is the same after writing it", () => {
    const nearly = fc
      .tuple(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([records, at, value]) => {
        const bytes = encodeRecords(records);
        bytes[at % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), nearly), fc.boolean(), (bytes, strict) => {
        try {
          const { records } = parseRecords(bytes, { strict });
          if (strict) expect(parseRecords(encodeRecords(records)).records).toEqual(records);
        } catch (error) {
          expect(isNdefError(error)).toBe(true);
        }
      }),
    );
  });
});
