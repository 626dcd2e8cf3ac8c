import { fromHex, isFormatError } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ApduLogEntry,
  describeCommand,
  describeResponse,
  formatApduLog,
  parseApduLog,
  statusWordTables,
} from "./log.ts";
import { DESFIRE_STATUS_WORDS } from "./status-words.ts";

describe("describeCommand", () => {
  test.each([
    ["00A4040007A000000004101000", "SELECT, P1 P2 04 00, 7 bytes of data, Ne 256"],
    ["00A40000", "SELECT, P1 P2 00 00"],
    ["00CB3FFF035C017E00", "GET DATA, P1 P2 3F FF, 3 bytes of data, Ne 256"],
    ["10DB3FFF01AA", "PUT DATA, P1 P2 3F FF, 1 byte of data, more to come"],
    ["0CB0000001", "READ BINARY, P1 P2 00 00, Ne 1, secure messaging iso-header-authenticated"],
    ["45B00000000000", "READ BINARY, P1 P2 00 00, Ne 65536, extended, channel 9"],
    ["80F28002024F0000", "GET STATUS, P1 P2 80 02, 2 bytes of data, Ne 256"],
    ["9060000000", "GetVersion, P1 P2 00 00, Ne 256"],
    ["FFCA000000", "GET DATA, P1 P2 00 00, Ne 256"],
    ["FF82000006FFFFFFFFFFFF", "LOAD KEYS, P1 P2 00 00, 6 bytes of data"],
    ["FFC2000102950000", "TRANSPARENT EXCHANGE, P1 P2 00 01, 2 bytes of data, Ne 256"],
    ["FFC2010102950000", "CLA FF INS C2, P1 P2 01 01, 2 bytes of data, Ne 256"],
    ["0099000000", "CLA 00 INS 99, P1 P2 00 00, Ne 256"],
    ["B0B0000000", "CLA B0 INS B0, P1 P2 00 00, Ne 256"],
    [
      "FF8800046000",
      "no command APDU (6 bytes): data at offset 5: Lc announces data up to offset 101, there are 6 bytes",
    ],
    ["00", "no command APDU (1 byte): header at offset 0: a header has 4 bytes, there are 1"],
  ])("%s", (hex, line) => {
    expect(describeCommand(fromHex(hex))).toBe(line);
  });
});

describe("describeResponse", () => {
  test.each([
    ["9000", "9000 OK: no further qualification"],
    ["AA9000", "1 byte of data, 9000 OK: no further qualification"],
    ["AABB6C10", "2 bytes of data, 6C10 WRONG_LE: wrong Le, the exact number of bytes is given"],
    ["9001", "9001: not in the tables"],
    ["", "no response APDU (0 bytes): SW at offset 0: a status word has 2 bytes, there are 0"],
  ])("%s", (hex, line) => {
    expect(describeResponse(fromHex(hex))).toBe(line);
  });

  test("with the tables that suit the command", () => {
    const describe = (command: string, response: string): string =>
      describeResponse(fromHex(response), ...statusWordTables(fromHex(command)));
    expect(describe("9060000000", "91AF")).toBe("91AF ADDITIONAL_FRAME: another frame is expected");
    expect(describe("FF82000006FFFFFFFFFFFF", "6986")).toContain("volatile memory is not available");
    expect(describe("FF860000050100046000", "6986")).toContain("key type not known");
    expect(describe("FFB0000410", "6986")).toContain("command not allowed");
    expect(describe("00B0000010", "6986")).toContain("no current EF");
    expect(statusWordTables(new Uint8Array(0))).toEqual([]);
    expect(statusWordTables(fromHex("90"))).toEqual([DESFIRE_STATUS_WORDS]);
    expect(statusWordTables(fromHex("FF"))).toEqual([]);
  });
});

const EXCHANGE: ApduLogEntry[] = [
  { direction: "down", timeUs: 12, bytes: fromHex("00A4040007A000000004101000") },
  { direction: "up", timeUs: 104_250, bytes: fromHex("6F128407A0000000041010A5075005 48656C6C6F 9000") },
  { direction: "down", bytes: fromHex("FF82000006FFFFFFFFFFFF") },
  { direction: "up", timeUs: 105_000, bytes: fromHex("6986") },
];

describe("the log", () => {
  test("is aligned", () => {
    expect(formatApduLog(EXCHANGE).split("\n")).toEqual([
      "  0.012 > 00 A4 04 00 07 A0 00 00 00 04 10 10 00           ; SELECT, P1 P2 04 00, 7 bytes of data, Ne 256",
      "104.250 < 6F 12 84 07 A0 00 00 00 04 10 10 A5 07 50 05 48  ; 20 bytes of data, 9000 OK: no further qualification",
      "          65 6C 6C 6F 90 00",
      "        > FF 82 00 00 06 FF FF FF FF FF FF                 ; LOAD KEYS, P1 P2 00 00, 6 bytes of data",
      "105.000 < 69 86                                            ; 6986 VOLATILE_MEMORY_NOT_AVAILABLE: volatile memory is not available",
    ]);
  });

  test("reads back", () => {
    expect(parseApduLog(formatApduLog(EXCHANGE))).toEqual(EXCHANGE);
  });

  test("goes without times, and without explanations", () => {
    const entries: ApduLogEntry[] = [
      { direction: "up", bytes: fromHex("9000") },
      { direction: "down", bytes: new Uint8Array(0) },
    ];
    expect(formatApduLog(entries, () => "")).toBe("< 90 00\n>");
    expect(formatApduLog(entries, () => " said\nin  two lines ")).toBe(
      "< 90 00  ; said in two lines\n>        ; said in two lines",
    );
    expect(parseApduLog("< 90 00\n>")).toEqual(entries);
    expect(formatApduLog([])).toBe("");
    expect(parseApduLog("")).toEqual([]);
  });

  test("may be written by hand", () => {
    const text = "; a note\r\n\r\n>00a40400 ; no blanks\r\n\t02 3F\r\n  00\r\n 1.500 <9000\r\n";
    expect(parseApduLog(text)).toEqual([
      { direction: "down", bytes: fromHex("00A40400023F00") },
      { direction: "up", timeUs: 1500, bytes: fromHex("9000") },
    ]);
  });

  test.each([
    ["90 00", "line 1: there is no arrow before it"],
    ["> 00\n= 00", "line 2: hex at offset 0"],
    ["> 0", "line 1: hex at offset 1: a byte has two digits"],
    ["> 0G", "is no hexadecimal digit"],
    ["1.5 > 00", "line 1: there is no arrow before it"],
    ["9999999999999.000 > 00", "line 1: the time has too many digits"],
  ])("refuses %s", (text, message) => {
    expect(() => parseApduLog(text)).toThrow(message);
  });

  test("refuses times that it could not read back", () => {
    for (const timeUs of [-1, 0.5, NaN, 2 ** 53])
      expect(() => formatApduLog([{ direction: "up", timeUs, bytes: new Uint8Array(2) }])).toThrow("timeUs");
  });

  test("of any entries reads back", () => {
    const entry = fc.tuple(
      fc.constantFrom("down" as const, "up" as const),
      fc.option(fc.maxSafeNat(), { nil: undefined }),
      fc.uint8Array({ maxLength: 300, size: "max" }),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (list) => {
        const entries = list.map(([direction, timeUs, bytes]) => ({
          direction,
          bytes,
          ...(timeUs !== undefined && { timeUs }),
        }));
        expect(parseApduLog(formatApduLog(entries))).toEqual(entries);
      }),
    );
  });

  test("of any text is read or refused with a FormatError, and described whatever it holds", () => {
    const line = fc.array(fc.constantFrom(">", "<", " ", "0", "A", "9", "1.000", ";", "\n", "G", "00", "5F"), {
      maxLength: 400,
      size: "max",
    });
    fc.assert(
      fc.property(
        fc.oneof(
          line.map((parts) => parts.join("")),
          fc.string({ maxLength: 4096 }),
        ),
        (text) => {
          try {
            for (const { bytes } of parseApduLog(text)) {
              expect(describeCommand(bytes)).not.toBe("");
              expect(describeResponse(bytes)).not.toBe("");
            }
          } catch (error) {
            if (!isFormatError(error)) throw error;
          }
        },
      ),
    );
  });
});
