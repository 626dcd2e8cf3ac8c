import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProtocolInfo } from "./atqb.ts";
import { buildAts, parseAts } from "./ats.ts";
import { buildAttrib, buildAttribAnswer, parseAttrib, parseAttribAnswer } from "./attrib.ts";
import { parseBitRates } from "./bit-rates.ts";
import { encodeBlock, extensionFactor, parseBlock, type SupervisoryBlock } from "./block.ts";
import { frameBytesOf } from "./frame-size.ts";
import { parametersOfAts, parametersOfProtocolInfo } from "./parameters.ts";
import { buildPps, buildPpsAnswer, parsePps } from "./pps.ts";
import { buildRats, parseRats } from "./rats.ts";
import { frameWaitingTimeUs, startUpGuardTimeUs } from "./timing.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

describe("ATS", () => {
  it("of a DESFire EV1: all interface bytes, one historical byte", () => {
    expect(parseAts(fromHex("067577810280"))).toEqual({
      fsci: 5,
      bitRates: 0x77,
      timing: { fwi: 8, sfgi: 1 },
      prologue: { nad: false, cid: true },
      historicalBytes: fromHex("80"),
    });
  });

  it("of TL alone, of T0 alone, and with only some interface bytes", () => {
    expect(parseAts(fromHex("01"))).toEqual({ historicalBytes: fromHex("") });
    expect(parseAts(fromHex("0208"))).toEqual({ fsci: 8, historicalBytes: fromHex("") });
    expect(parseAts(fromHex("05 28 A0 4A 50"))).toEqual({
      fsci: 8,
      timing: { fwi: 10, sfgi: 0 },
      historicalBytes: fromHex("4A50"),
    });
    expect(parseAts(fromHex("04 45 03 41")).prologue).toEqual({ nad: true, cid: true });
  });

  it("has the standard's defaults", () => {
    // FSCI 2 is 32 bytes; FWI 4 is 4.8 ms; no guard time; CID without NAD (ISO/IEC 14443-4 section 5.2)
    const ats = parseAts(fromHex("01"));
    expect(parametersOfAts(ats)).toEqual({ fscBytes: 32, fwtUs: 4834, guardTimeUs: 0 });
    expect(parametersOfAts(ats, { cid: 5, nad: 1 })).toMatchObject({ cid: 5 });
    expect(parametersOfAts(ats, { cid: 5, nad: 1 })).not.toHaveProperty("nad");
    const without = parseAts(fromHex("034200"));
    expect(parametersOfAts(without, { cid: 5 })).not.toHaveProperty("cid");
  });

  it.each([
    ["", "TL", "TOO_SHORT"],
    ["00", "TL", "INVALID_VALUE"],
    ["0278 80", "ATS", "LEFT_OVER"],
    ["06757781", "ATS", "TOO_SHORT"],
    ["0275", "TA(1)", "TOO_SHORT"],
    ["03 75 77", "TB(1)", "TOO_SHORT"],
    ["04 75 77 81", "TC(1)", "TOO_SHORT"],
  ])("%s is refused for its %s", (hex, field, code) => {
    expect(() => parseAts(fromHex(hex))).toThrow(expect.objectContaining({ field, code }));
  });

  it("comes back from its bytes", () => {
    const nibble = fc.nat(15);
    const ats = fc.record(
      {
        fsci: nibble,
        bitRates: fc.nat(255),
        timing: fc.record({ fwi: nibble, sfgi: nibble }),
        prologue: fc.record({ nad: fc.boolean(), cid: fc.boolean() }),
        historicalBytes: bytes(249),
      },
      { requiredKeys: ["fsci", "historicalBytes"] },
    );
    fc.assert(
      fc.property(ats, (fields) => {
        expect(parseAts(buildAts(fields))).toEqual(fields);
      }),
    );
    expect(toHex(buildAts({}))).toBe("01");
    expect(toHex(buildAts({ historicalBytes: fromHex("80") }))).toBe("030280");
    expect(() => buildAts({ fsci: 16 })).toThrow("FSCI");
    expect(() => buildAts({ historicalBytes: new Uint8Array(253) })).toThrow("historical bytes");
  });
});

describe("RATS and PPS", () => {
  it("are written and read", () => {
    expect(toHex(buildRats({ fsdi: 8, cid: 0 }))).toBe("E080");
    expect(parseRats(fromHex("E053"))).toEqual({ fsdi: 5, cid: 3 });
    expect(toHex(buildPps({ cid: 1, dsi: 2, dri: 1 }))).toBe("D11109");
    expect(parsePps(fromHex("D11109"))).toEqual({ cid: 1, dsi: 2, dri: 1 });
    expect(parsePps(fromHex("D001"))).toEqual({ cid: 0, dsi: 0, dri: 0 });
    expect(toHex(buildPpsAnswer(3))).toBe("D3");
  });

  it.each(["", "E0", "E08000", "E08F", "D080"])("RATS %s is refused", (hex) => {
    expect(() => parseRats(fromHex(hex))).toThrow(/RATS|CID/);
  });

  it.each(["", "D0", "D011", "D0110000", "D00100", "DF1100", "E01100", "D01200"])("PPS %s is refused", (hex) => {
    expect(() => parsePps(fromHex(hex))).toThrow(/PPS/);
  });

  it("refuse what does not fit", () => {
    expect(() => buildRats({ fsdi: 16, cid: 0 })).toThrow("FSDI");
    expect(() => buildRats({ fsdi: 8, cid: 15 })).toThrow("CID");
    expect(() => buildPps({ cid: 0, dsi: 4, dri: 0 })).toThrow("DSI");
  });
});

describe("ATQB and ATTRIB", () => {
  it("protocol info", () => {
    expect(parseProtocolInfo(fromHex("338185"))).toEqual({
      bitRates: 0x33,
      fsci: 8,
      isIsoDep: true,
      minimumTr2: 0,
      fwi: 8,
      applicationDataCoding: 1,
      nad: false,
      cid: true,
    });
    expect(parseProtocolInfo(fromHex("00510220"))).toMatchObject({ fsci: 5, fwi: 0, nad: true, cid: false, sfgi: 2 });
    expect(() => parseProtocolInfo(fromHex("0081"))).toThrow("protocol info");
    expect(() => parseProtocolInfo(fromHex("0081810000"))).toThrow("protocol info");
    expect(parametersOfProtocolInfo(parseProtocolInfo(fromHex("00510220")), { cid: 1, nad: 2 })).toEqual({
      fscBytes: 64,
      fwtUs: 303,
      guardTimeUs: startUpGuardTimeUs(2),
      nad: 2,
    });
  });

  it("ATTRIB", () => {
    const command = buildAttrib({ pupi: fromHex("11223344"), fsdi: 8, cid: 0 });
    expect(toHex(command)).toBe("1D1122334400080100");
    expect(parseAttrib(fromHex("1D11223344 00 48 01 03 AABB"))).toEqual({
      pupi: fromHex("11223344"),
      bitRates: 4,
      fsdi: 8,
      protocolType: 1,
      cid: 3,
      higherLayer: fromHex("AABB"),
    });
    expect(() => parseAttrib(fromHex("1D1122334400080F"))).toThrow("ATTRIB");
    expect(() => parseAttrib(fromHex("1C1122334400080100"))).toThrow("ATTRIB");
    expect(() => parseAttrib(fromHex("1D112233440008010F"))).toThrow("CID");
    expect(() => buildAttrib({ pupi: fromHex("112233"), fsdi: 8, cid: 0 })).toThrow("PUPI");
  });

  it("its answer", () => {
    expect(parseAttribAnswer(fromHex("73AABB"))).toEqual({ mbli: 7, cid: 3, higherLayer: fromHex("AABB") });
    expect(toHex(buildAttribAnswer({ mbli: 7, cid: 3, higherLayer: fromHex("AABB") }))).toBe("73AABB");
    expect(() => parseAttribAnswer(fromHex(""))).toThrow("ATTRIB answer");
  });
});

describe("tables", () => {
  it("frame sizes", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15].map(frameBytesOf)).toEqual([
      16, 24, 32, 40, 48, 64, 96, 128, 256, 256, 256,
    ]);
  });

  it("waiting times: 302 µs at FWI 0, 77 ms at 8, 4.949 s at 14, and the default for 15", () => {
    expect(frameWaitingTimeUs(0)).toBe(303);
    expect(frameWaitingTimeUs(8)).toBe(77_329);
    expect(frameWaitingTimeUs(14)).toBe(4_949_032);
    expect(frameWaitingTimeUs(15)).toBe(frameWaitingTimeUs(4));
    expect(startUpGuardTimeUs(0)).toBe(0);
    expect(startUpGuardTimeUs(15)).toBe(0);
    expect(startUpGuardTimeUs(1)).toBe(661);
  });

  it("bit rates", () => {
    expect(parseBitRates(0x00)).toEqual({ sameBothWays: false, toCard: [1], fromCard: [1] });
    expect(parseBitRates(0xb3)).toEqual({ sameBothWays: true, toCard: [1, 2, 4], fromCard: [1, 2, 4] });
    expect(parseBitRates(0x41)).toEqual({ sameBothWays: false, toCard: [1, 2], fromCard: [1, 8] });
    expect(parseBitRates(0xff)).toEqual({ sameBothWays: false, toCard: [1], fromCard: [1] });
  });
});

describe("blocks", () => {
  // ISO/IEC 14443-4 tables 4 to 6
  it.each([
    ["02", { kind: "i", number: 0, chaining: false, data: fromHex("") }],
    ["13 AABB", { kind: "i", number: 1, chaining: true, data: fromHex("AABB") }],
    ["0A 03 AA", { kind: "i", number: 0, chaining: false, cid: 3, data: fromHex("AA") }],
    ["0F 03 12 AA", { kind: "i", number: 1, chaining: false, cid: 3, nad: 0x12, data: fromHex("AA") }],
    ["06 12", { kind: "i", number: 0, chaining: false, nad: 0x12, data: fromHex("") }],
    ["A2", { kind: "r", number: 0, nak: false }],
    ["A3", { kind: "r", number: 1, nak: false }],
    ["B2", { kind: "r", number: 0, nak: true }],
    ["BB 05", { kind: "r", number: 1, nak: true, cid: 5 }],
    ["C2", { kind: "s", command: "deselect", data: fromHex("") }],
    ["CA 01", { kind: "s", command: "deselect", cid: 1, data: fromHex("") }],
    ["F2 3B", { kind: "s", command: "wtx", data: fromHex("3B") }],
    ["FA 02 01", { kind: "s", command: "wtx", cid: 2, data: fromHex("01") }],
    ["F0 A0 00", { kind: "s", command: "parameters", data: fromHex("A000") }],
  ] as const)("%s", (hex, block) => {
    expect(parseBlock(fromHex(hex))).toEqual(block);
    expect(toHex(encodeBlock(block))).toBe(hex.replaceAll(" ", ""));
  });

  it("of a card tell its power level with the CID", () => {
    expect(parseBlock(fromHex("0A C3 90 00"))).toMatchObject({ cid: 3 });
  });

  it.each([
    ["", "PCB"],
    ["00", "PCB"],
    ["22", "PCB"],
    ["42", "PCB"],
    ["A0", "PCB"],
    ["A6", "PCB"],
    ["C6", "PCB"],
    ["E2", "PCB"],
    ["D2", "PCB"],
    ["0A", "CID"],
    ["06", "NAD"],
    ["0E01", "NAD"],
    ["A200", "INF"],
    ["F2", "INF"],
    ["F20101", "INF"],
    ["C200", "INF"],
  ])("'%s' is refused for its %s", (hex, field) => {
    expect(() => parseBlock(fromHex(hex))).toThrow(expect.objectContaining({ field }));
  });

  it("are read whole or refused", () => {
    fc.assert(
      fc.property(bytes(12), (frame) => {
        let block;
        try {
          block = parseBlock(frame);
        } catch {
          return;
        }
        // the power level is the only thing that is dropped
        const plain = frame.slice();
        if (block.cid !== undefined) plain[1] = block.cid;
        if (block.cid !== 15) expect(encodeBlock(block)).toEqual(plain);
      }),
    );
    expect(() => encodeBlock({ kind: "r", number: 0, nak: false, cid: 15 })).toThrow("CID");
    expect(() => encodeBlock({ kind: "i", number: 0, chaining: false, nad: 256, data: fromHex("") })).toThrow("NAD");
  });

  it("extend the waiting time by 1 to 59", () => {
    const wtx = (byte: number): SupervisoryBlock => ({ kind: "s", command: "wtx", data: Uint8Array.of(byte) });
    expect([0x01, 0x3b, 0xc5, 0x3c, 0x3f, 0x00, 0x40].map((byte) => extensionFactor(wtx(byte)))).toEqual([
      1,
      59,
      5,
      59,
      59,
      undefined,
      undefined,
    ]);
    expect(() => extensionFactor({ kind: "s", command: "deselect", data: fromHex("") })).toThrow("S(WTX)");
  });
});
