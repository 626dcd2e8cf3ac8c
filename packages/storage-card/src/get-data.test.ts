import { describe, expect, test } from "vitest";
import { openEchoCard, transmit } from "../test/echo-card.ts";

const uid = "04D149D29C3980";
const history = "804F0CA00000030603003D00000000";

describe("as Windows has it", () => {
  test.each([
    ["FFCA000000", `${uid}9000`],
    ["FFCA000007", `${uid}9000`],
    ["FFCA000004", `${uid}6C07`],
    ["FFCA000008", `${uid}006282`],
    ["FFCA010000", `${history}9000`],
    ["FFCA01000F", `${history}9000`],
    ["FFCA010004", `${history}6C00`],
    ["FFCA010011", `${history}00006282`],
    ["FFCA010100", "6B00"],
    ["FFCA020000", "6B00"],
  ])("%s", (apdu, response) => {
    expect(transmit(openEchoCard("nfccx"), apdu)).toBe(response);
  });

  test.each([
    // APDU, area, response
    ["FFCA000000", 6, "6300"],
    ["FFCA000000", 7, "6C07"],
    ["FFCA000000", 8, "6C07"],
    ["FFCA000000", 9, `${uid}9000`],
    ["FFCA00000A", 6, "6300"],
    ["FFCA00000A", 8, "6C08"],
    ["FFCA00000A", 11, "6C0A"],
    ["FFCA010000", 14, "6300"],
    ["FFCA010000", 15, "6C0F"],
    ["FFCA010000", 17, `${history}9000`],
  ])("%s with an area of %i", (apdu, area, response) => {
    expect(transmit(openEchoCard("nfccx"), apdu, [], area)).toBe(response);
  });

  test("a short Le that found no room turns the next GET DATA of any kind into 6C07", () => {
    for (const next of [
      ["FFCA000000", `${uid}6C07`],
      ["FFCA010000", `${history}6C07`],
      ["FFCA050000", "6C07"],
    ] as const) {
      const card = openEchoCard("nfccx");
      expect(transmit(card, "FFCA000004", [], 8)).toBe("6C07");
      expect(transmit(card, ...(next.slice(0, 1) as [string]))).toBe(next[1]);
      expect(transmit(card, "FFCA000000")).toBe(`${uid}9000`);
    }
  });

  test("families differ in the historical bytes and in a short Le", () => {
    const whole = { historicalBytes: "whole", shortLe: "uid-6CXX", refusesSmallArea: true } as const;
    expect(transmit(openEchoCard("nfccx", { getData: whole }), "FFCA010004")).toBe(`${history}9000`);
    const refused = { historicalBytes: "refused", shortLe: "uid-6C00", refusesSmallArea: true } as const;
    expect(transmit(openEchoCard("nfccx", { getData: refused }), "FFCA010000")).toBe("6A81");
    expect(transmit(openEchoCard("nfccx", { getData: refused }), "FFCA000004")).toBe(`${uid}6C00`);
  });
});

test.each([
  ["FFCA000000", `${uid}9000`],
  ["FFCA000007", `${uid}9000`],
  ["FFCA000004", "6C07"],
  ["FFCA000008", `${uid}006282`],
  ["FFCA010000", "6A81"],
  ["FFCA000100", "6B00"],
  ["FFCA020000", "6B00"],
])("%s by PC/SC part 3", (apdu, response) => {
  expect(transmit(openEchoCard("documented"), apdu)).toBe(response);
});
