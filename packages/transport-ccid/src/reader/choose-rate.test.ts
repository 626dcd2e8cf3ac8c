import { buildAtr, parseAtr } from "@cardwire/atr";
import { describe, expect, it } from "vitest";
import { chooseRate } from "./choose-rate.ts";

interface Case {
  readonly ta1?: number;
  readonly ta2?: number;
  readonly maxDataRateBps?: number;
  readonly rates?: readonly number[];
}

/** At 4 MHz: F = 512, D = 32 is 250,000 bit/s; the default is 10,752. */
function choose({ ta1, ta2, maxDataRateBps = 344_086, rates = [] }: Case): number | undefined {
  const group = ta2 === undefined ? [] : [{ protocol: 0, ta: ta2 }];
  const atr = buildAtr({ interfaceBytes: [{ ta: ta1 }, ...group], historicalBytes: new Uint8Array(0) });
  return chooseRate(parseAtr(atr), { clockKHz: 4_000, maxDataRateBps }, rates);
}

describe("the rate for a card in a reader", () => {
  it.each<[string, Case, number]>([
    ["that of TA1", { ta1: 0x96 }, 0x96],
    ["that of TA1, whose fraction no reader lists", { ta1: 0x18, rates: [10_752, 129_032] }, 0x18],
    ["the default without TA1", {}, 0x11],
    ["the default where TA1 is slower", { ta1: 0x91 }, 0x11],
    ["the default for a TA1 that is reserved", { ta1: 0x7a }, 0x11],
    ["the next one below a TA1 that is too fast", { ta1: 0x97 }, 0x96],
    ["one that the reader lists", { ta1: 0x96, maxDataRateBps: 125_000, rates: [62_500] }, 0x94],
    ["the default where none of those is left", { ta1: 0x97, maxDataRateBps: 50_000 }, 0x11],
    ["the default where only another F could be lowered", { ta1: 0x18, maxDataRateBps: 115_200 }, 0x11],
    ["the default for a rate that the reader's list leaves out", { ta1: 0x96, rates: [10_752] }, 0x11],
    ["the default where the reader says nothing of rates", { ta1: 0x96, maxDataRateBps: 0 }, 0x11],
  ])("is %s", (_, given, expected) => {
    expect(choose(given)).toBe(expected);
  });

  it("in specific mode is that of TA1, slower than the default too", () => {
    expect(choose({ ta1: 0x96, ta2: 0 })).toBe(0x96);
    expect(choose({ ta1: 0x91, ta2: 0 })).toBe(0x91);
    expect(choose({ ta1: 0x01, ta2: 0 })).toBe(0x11);
  });

  it("in specific mode is none where the reader's list leaves it out", () => {
    expect(choose({ ta1: 0x96, ta2: 0, rates: [10_752] })).toBeUndefined();
  });
});
