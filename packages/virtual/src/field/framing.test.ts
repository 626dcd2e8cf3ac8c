import { fromHex, insertParity, removeParity, type RfFrame, type RfTarget, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromSilicon, toSilicon } from "./framing.ts";

const raw = (data: Uint8Array, more: Partial<RfFrame> = {}): RfFrame => ({
  kind: "frame",
  data,
  transmitCrc: false,
  timeoutUs: 1000,
  ...more,
});

describe("CRC of the technology", () => {
  // ISO/IEC 14443-3 Annex B: CRC_A of 00 00 is A0 1E, of 12 34 is 26 CF; CRC_B of 00 00 00 is CC C6
  const vectors: readonly (readonly [RfTarget["technology"], string, string])[] = [
    ["nfc-a", "0000", "0000A01E"],
    ["nfc-a", "1234", "123426CF"],
    ["nfc-b", "000000", "000000CCC6"],
    ["nfc-b-memory", "000000", "000000CCC6"],
    ["nfc-a-type1", "000000", "000000CCC6"],
    ["nfc-v", "000000", "000000CCC6"],
  ];
  it.each(vectors)("%s: %s goes as %s", (technology, data, onAir) => {
    expect(toSilicon(raw(fromHex(onAir)), technology)?.data).toEqual(fromHex(data));
    const reply = { kind: "frame", data: fromHex(data), lastBits: 8 } as const;
    expect(toHex(fromSilicon(reply, { receiveCrc: false }, technology).data)).toBe(onAir);
    expect(fromSilicon(reply, { receiveCrc: true }, technology)).toBe(reply);
  });

  it("leaves a frame alone whose CRC the front end appends", () => {
    const frame = raw(fromHex("3004"), { transmitCrc: true });
    expect(toSilicon(frame, "nfc-a")).toBe(frame);
  });

  it("drops a frame with a wrong CRC, or none", () => {
    expect(toSilicon(raw(fromHex("0000A01F")), "nfc-a")).toBeUndefined();
    expect(toSilicon(raw(fromHex("0000CCC6")), "nfc-a")).toBeUndefined();
    expect(toSilicon(raw(fromHex("6363")), "nfc-a")).toBeUndefined();
    expect(toSilicon(raw(new Uint8Array(0)), "nfc-a")).toBeUndefined();
  });
});

describe("parity bits", () => {
  it("are odd and follow every byte", () => {
    // 12 has two ones: parity 1; 34 has three: parity 0
    expect(insertParity(fromHex("1234"))).toEqual({ data: fromHex("126900"), lastBits: 2 });
    expect(insertParity(new Uint8Array(8))).toEqual({ data: fromHex("000102040810204080"), lastBits: 8 });
  });

  it("are given and taken where the host deals with them", () => {
    const reply = { kind: "frame", data: fromHex("1234"), lastBits: 8 } as const;
    const up = fromSilicon(reply, { receiveParity: false }, "nfc-a");
    expect(up).toEqual({ kind: "frame", data: fromHex("126900"), lastBits: 2 });
    expect(fromSilicon(reply, { receiveParity: false }, "nfc-v")).toEqual(reply);
    const down = { transmitCrc: true, transmitParity: false, lastBits: 2 };
    expect(toSilicon(raw(fromHex("126900"), down), "nfc-a")).toMatchObject({ data: fromHex("1234"), lastBits: 8 });
    expect(toSilicon(raw(fromHex("126800"), down), "nfc-a")).toBeUndefined();
    expect(toSilicon(raw(fromHex("126900"), { ...down, lastBits: 3 }), "nfc-a")).toBeUndefined();
    expect(toSilicon(raw(fromHex("26"), { ...down, lastBits: 7 }), "nfc-a")).toMatchObject({ lastBits: 7 });
  });

  it("with the CRC inside them", () => {
    const whole = insertParity(fromHex("0000A01E"));
    const frame = raw(whole.data, { transmitParity: false, lastBits: whole.lastBits });
    expect(toSilicon(frame, "nfc-a")?.data).toEqual(fromHex("0000"));
  });

  it("go and come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40, minLength: 1 }), (data) => {
        const { data: bits, lastBits } = insertParity(data);
        expect(removeParity(bits, lastBits)).toEqual({ data, lastBits: 8 });
      }),
    );
  });
});
