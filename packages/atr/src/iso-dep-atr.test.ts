import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB } from "./iso-dep-atr.ts";

describe("the answer to reset of an ISO/IEC 14443-4 card", () => {
  it("type A: none, and DESFire's one historical byte", () => {
    expect(toHex(buildIsoDepAtrTypeA(new Uint8Array(0)))).toBe("3B80800101");
    expect(toHex(buildIsoDepAtrTypeA(fromHex("80")))).toBe("3B8180018080");
  });

  it("type A refuses what does not fit into K", () => {
    expect(() => buildIsoDepAtrTypeA(new Uint8Array(16))).toThrow("historical bytes");
  });

  it("type B: application data, protocol info, MBLI", () => {
    const card = { applicationData: fromHex("11223344"), protocolInfo: fromHex("008181") };
    expect(toHex(buildIsoDepAtrTypeB({ ...card, mbli: 0 }))).toBe("3B88800111223344008181004D");
    expect(toHex(buildIsoDepAtrTypeB({ ...card, mbli: 7 }))).toBe("3B88800111223344008181703D");
  });

  it.each([
    [{ applicationData: new Uint8Array(5), protocolInfo: new Uint8Array(3), mbli: 0 }, "application data"],
    [{ applicationData: new Uint8Array(4), protocolInfo: new Uint8Array(2), mbli: 0 }, "protocol info"],
    [{ applicationData: new Uint8Array(4), protocolInfo: new Uint8Array(3), mbli: 16 }, "MBLI"],
  ])("type B refuses fields that do not fit", (card, field) => {
    expect(() => buildIsoDepAtrTypeB(card)).toThrow(field);
  });
});
