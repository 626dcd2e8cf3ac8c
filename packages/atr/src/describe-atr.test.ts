import { concatBytes, fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeAtr, formatAtr } from "./describe-atr.ts";

const meaning = (hex: string, field: string): string[] =>
  describeAtr(fromHex(hex))
    .filter((line) => line.field === field)
    .map((line) => line.meaning);

describe("formatAtr", () => {
  it("takes a SIM apart", () => {
    expect(formatAtr(fromHex("3B9F96801FC78031A073BE21136743200718000001A5")).split("\n")).toEqual([
      " 0  3B                       TS                direct convention",
      " 1  9F                       T0                TA1, TD1 follow; historical bytes: 15",
      " 2  96                       TA1               F 512, D 32: 16 clock cycles per etu; up to 5 MHz, 312500 bit/s",
      " 3  80                       TD1               T=0; TD2 follows",
      " 4  1F                       TD2               global interface bytes; TA3 follows",
      " 5  C7                       TA3               clock stop: any; classes: A, B, C",
      " 6  80                       historical bytes  category: compact-tlv",
      " 7  31 A0                    historical bytes  card service data: selection by full DF name, objects in EF dir; EF.DIR and EF.ATR/INFO by read-record; with MF",
      " 9  73 BE 21 13              historical bytes  card capabilities: selection by full DF name, path, file identifier, implicit DF, short EF identifier, record number; proprietary write, data unit of 8 bits; channel number by card; logical channels: 4",
      "13  67 43 20 07 18 00 00 01  historical bytes  pre-issuing data: 43 20 07 18 00 00 01",
      "21  A5                       TCK               check byte, right",
    ]);
  });

  it("takes a storage card apart", () => {
    expect(formatAtr(fromHex("3B8F8001804F0CA00000030603F011000000008A")).split("\n").slice(4)).toEqual([
      " 4  80              historical bytes  category: compact-tlv",
      " 5  4F 0C           historical bytes  application identifier, 12 bytes",
      " 7  A0 00 00 03 06  historical bytes  PC/SC workgroup: a storage card",
      "12  03              historical bytes  SS: ISO 14443 A, part 3",
      "13  F0 11           historical bytes  NN: FeliCa 212 kbit/s (ACR122U)",
      "15  00 00 00 00     historical bytes  reserved",
      "19  8A              TCK               check byte, right",
    ]);
  });

  it("of nothing", () => {
    expect(formatAtr(new Uint8Array(0))).toBe(" 0    TS  missing: the bytes end here");
  });
});

describe("describeAtr", () => {
  it.each([
    ["3BFA1300FF813180450031C173C00100009000B1", "TB1", ["VPP not connected (deprecated)"]],
    ["3BFA1300FF813180450031C173C00100009000B1", "TC1", ["extra guard time N 255: the least of the protocol"]],
    ["3BFA1300FF813180450031C173C00100009000B1", "TA3", ["T=1: IFSC 128"]],
    ["3BFA1300FF813180450031C173C00100009000B1", "TB3", ["T=1: BWI 4, CWI 5"]],
    ["3B2025", "TB1", ["programming voltage 5 V, 50 mA (deprecated)"]],
    ["3BA025207D", "TB2", ["programming voltage 12.5 V (deprecated)"]],
    ["3B804018", "TC2", ["T=0: waiting time integer 24"]],
    ["3B801081", "TA2", ["specific mode: T=1, parameters of TA1, cannot change"]],
    ["3B801010", "TA2", ["specific mode: T=0, parameters known otherwise, can change"]],
    ["3B808171FE450100", "TC3", ["T=1: blocks end in CRC"]],
    ["3B80803FC78139", "TB3", ["use of SPU: proprietary 1"]],
    ["3B80801EAA", "TA3", ["for T=14"]],
    ["3B1070", "TA1", ["F or D reserved; reserved value"]],
    ["3F00", "TS", ["inverse convention"]],
    ["03FF", "TS", ["inverse convention, received as 03"]],
    ["AA00", "TS", ["direct convention; unknown TS"]],
    ["3B80800100", "TCK", ["check byte, should be 01"]],
    ["3B808001", "TCK", ["missing"]],
    ["3B80", "TD1", ["missing: the bytes end here"]],
    ["3B0000", "surplus bytes", ["behind the end"]],
    ["3B044A434F50", "historical bytes", ['proprietary "JCOP"']],
    ["3B021091", "historical bytes", ["category: dir-data-reference", "DIR data reference"]],
    ["3B0400801005", "historical bytes", ["category: status", "life cycle: proprietary, SW 1005"]],
    ["3B83800180810584", "historical bytes", ["category: compact-tlv", "status: life cycle: activated"]],
    [
      "3B04A2131091",
      "historical bytes",
      [
        "proprietary, or H1 of a synchronous card: 2-wire",
        "H2: 256 data units of 8 bits",
        "H3: category",
        "H4: DIR data reference",
      ],
    ],
    [
      "3B88800111223344008181703D",
      "historical bytes",
      ["ISO 14443-4 type B: application data", "protocol info", "MBLI 7"],
    ],
    ["3B8F8001805A0A010320031111223344829000B8", "historical bytes", ["Innovatron: startup information"]],
  ])("%s: %s", (hex, field, expected) => {
    expect(meaning(hex, field)).toEqual(expected);
  });

  it("explains any bytes, each once", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(undefined, 0x3b, 0x3f), (bytes, ts) => {
        if (ts !== undefined && bytes.length > 0) bytes[0] = ts;
        // received raw, the lines show what the card means
        if (bytes[0] === 0x03) bytes[0] = 0x3b;
        const lines = describeAtr(bytes);
        expect(toHex(concatBytes(...lines.map((line) => line.bytes)))).toBe(toHex(bytes));
        expect(lines.every((line) => line.meaning !== "")).toBe(true);
        expect(formatAtr(bytes)).not.toMatch(/undefined|NaN/);
      }),
    );
  });
});
