import { concatBytes, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { type Atr, buildAtr, buildContactlessAtr, parseAtr, parseContactlessAtr } from "../src/index.ts";
import { describeAtr } from "../src/describe.ts";
import { buildHistoricalBytes, parseHistoricalBytes } from "../src/historical-bytes.ts";
import { realAtrs } from "./real-atrs.ts";

/** What the annotations call a verdict, read from our defects. They know nothing of TCK's value, RFU bits and order. */
function verdict(atr: Atr): string {
  const codes = atr.defects.map(({ code }) => code);
  if (codes.includes("TRUNCATED")) return "truncated";
  return codes.includes("TCK_MISSING") ? "no-tck" : "ok";
}

const defectsOf = (code: string): string[] =>
  realAtrs.filter(({ bytes }) => parseAtr(bytes).defects.some((defect) => defect.code === code)).map(({ hex }) => hex);

describe("2416 answers to reset of real cards", () => {
  it("are all there", () => {
    expect(realAtrs).toHaveLength(2416);
  });

  it("parse as their annotations say", () => {
    for (const real of realAtrs) {
      const atr = parseAtr(real.bytes);
      expect(
        {
          protocols: atr.interfaceBytes.slice(1).map(({ protocol }) => protocol),
          verdict: verdict(atr),
          // where the annotations give none, the other parser gave up before it; ours has what is there
          historicalBytes: real.historicalBytes === undefined ? undefined : toHex(atr.historicalBytes),
          surplus: real.surplus === undefined ? undefined : atr.surplus.length,
        },
        real.hex,
      ).toEqual({
        protocols: real.protocols,
        verdict: real.verdict,
        historicalBytes: real.historicalBytes,
        surplus: real.surplus,
      });
    }
  });

  it("give the historical bytes that are there where the annotations give up", () => {
    for (const { bytes, hex, historicalBytes } of realAtrs) {
      if (historicalBytes !== undefined) continue;
      const atr = parseAtr(bytes);
      expect(toHex(atr.historicalBytes)).toBe(hex.slice(atr.historicalOffset * 2));
      expect(atr.historicalBytes.length).toBeLessThan((bytes[1] ?? 0) & 0x0f);
    }
  });

  it("conform, but for these", () => {
    const counts: Record<string, number> = {};
    for (const { bytes } of realAtrs)
      for (const code of new Set(parseAtr(bytes).defects.map((defect) => defect.code)))
        counts[code] = (counts[code] ?? 0) + 1;
    expect(counts).toEqual({
      PROTOCOL_ORDER: 1,
      RFU_VALUE: 9,
      SURPLUS_BYTES: 18,
      TCK_MISSING: 9,
      TCK_WRONG: 15,
      TRUNCATED: 9,
    });
  });

  it("fifteen that the annotations call right have a wrong TCK: the annotations do not check its value", () => {
    expect(defectsOf("TCK_WRONG")).toEqual([
      "3B86800106757781028F00",
      "3B9E95801FC78031E073FE211B66D0004900C0004A",
      "3B9F210E49524445544F204143532056312E32A0",
      "3B9F96801FC78031A073BE2113674320071800000100",
      "3B9F978131FE458065544312210831C073F62180810590",
      "3BD518FF8191FE1FC38073C821100B",
      "3BDF18008131FE58AC31B05202046405C903AC73B7B1D422",
      "3BE6000080318066B1A30401110B83009000",
      "3BEF00FF8131504565630000000000000000000000000000",
      "3BF51320060E49424D0101B3",
      "3BF81300008131FE454A434F5976323431B7",
      "3BFE9100FF918171FE40004138002180818066B00701017707B7",
      "3BFF0000FF8131FE458025A000000056575343363530000000",
      "3BFF1300918131FE4141434F532046696F6E6131204C6336F4",
      "3BFF9500008031FE4380318067B0850201F3A3138301F83BFF",
    ]);
  });

  // Codes that tables 7 and 8 of ISO/IEC 7816-3 do not give (F 372 with D 0, for one), class and size codes out of range,
  // and a T=15 that comes first; four of these are no answers to reset at all, but have one inside or TS twice.
  it("the reserved values among them", () => {
    expect(
      realAtrs.flatMap(({ bytes, hex }) =>
        parseAtr(bytes)
          .defects.filter(({ code }) => code === "RFU_VALUE" || code === "PROTOCOL_ORDER")
          .map(({ code, field, offset }) => `${hex} ${code} ${field} ${hex.slice(offset * 2, offset * 2 + 2)}`),
      ),
    ).toEqual([
      "3B34000030423030 RFU_VALUE TA1 00",
      "3B3B7F380000006A444E496520024C RFU_VALUE TA1 7F",
      "3B3BFF1800FF8131FE55006B020903 RFU_VALUE TA1 FF",
      "3B811F00CC52 PROTOCOL_ORDER TD1 1F",
      "3BB89700813FE45FFFF148230502300F RFU_VALUE TA3 E4",
      "3BEF00FF8131FF6549424D204D4643393232393238393017 RFU_VALUE TA3 FF",
      "3BFF0000FF8131FE458025A000000056575343363530000000 RFU_VALUE TA1 00",
      "3F3BF81300008131FE454A434F5076 RFU_VALUE TA1 F8",
      "3FFDFF250250800F54B00469FF4A50D08000495403 RFU_VALUE TA1 FF",
      "3FFF9500FF918171FF4700444E4153505330312052657636343702 RFU_VALUE TA3 FF",
    ]);
  });

  it("strict parsing takes exactly those without a defect", () => {
    for (const { bytes, hex } of realAtrs) {
      const { defects } = parseAtr(bytes);
      const strict = (): unknown => parseAtr(bytes, { strict: true });
      if (defects.length === 0) expect(strict, hex).not.toThrow();
      else expect(strict, hex).toThrow(defects[0]?.field);
    }
  });

  it("build again from what was parsed", () => {
    let rebuilt = 0;
    for (const { bytes, hex } of realAtrs) {
      const atr = parseAtr(bytes);
      if (atr.defects.some(({ code }) => code !== "RFU_VALUE" && code !== "PROTOCOL_ORDER")) continue;
      expect(toHex(buildAtr(atr))).toBe(hex);
      rebuilt++;
    }
    expect(rebuilt).toBe(2366);
  });

  it("build historical bytes again", () => {
    for (const { bytes, hex } of realAtrs) {
      const { historicalBytes } = parseAtr(bytes);
      expect(toHex(buildHistoricalBytes(parseHistoricalBytes(historicalBytes))), hex).toBe(toHex(historicalBytes));
    }
  });

  it("build again what a reader made for a contactless card", () => {
    const kinds: Record<string, number> = {};
    for (const { bytes, hex } of realAtrs) {
      const atr = parseAtr(bytes);
      const card = parseContactlessAtr(atr);
      if (card === undefined) continue;
      kinds[card.kind] = (kinds[card.kind] ?? 0) + 1;
      if (atr.defects.length === 0) expect(toHex(buildContactlessAtr(card))).toBe(hex);
    }
    const frames = realAtrs.filter(({ hex, verdict }) => /^3B8.8001/.test(hex) && verdict !== "truncated");
    const storage = frames.filter(({ hex }) => hex.startsWith("3B8F8001804F0CA000000306"));
    expect(kinds["storage-card"]).toBe(storage.length);
    expect((kinds["iso-dep-a"] ?? 0) + (kinds["iso-dep-b"] ?? 0)).toBe(frames.length - storage.length);
  });

  it("are explained byte by byte, nothing left out", () => {
    for (const { bytes, hex } of realAtrs) {
      const lines = describeAtr(bytes);
      expect(toHex(concatBytes(...lines.map((line) => line.bytes)))).toBe(hex);
      const offsets = lines.map((line) => hex.slice(line.offset * 2, (line.offset + line.bytes.length) * 2));
      expect(offsets.join("")).toBe(hex);
      expect(
        lines.every(({ meaning }) => meaning !== "" && !/undefined|NaN/.test(meaning)),
        hex,
      ).toBe(true);
    }
  });
});
