import { describe, expect, test } from "vitest";
import { type ClassByte, encodeClassByte, parseClassByte } from "./class-byte.ts";

describe("class byte (ISO/IEC 7816-4 tables 2 and 3)", () => {
  test.each<[number, ClassByte]>([
    [0x00, { kind: "interindustry", channel: 0, secureMessaging: "none", chaining: false }],
    [0x03, { kind: "interindustry", channel: 3, secureMessaging: "none", chaining: false }],
    [0x04, { kind: "interindustry", channel: 0, secureMessaging: "proprietary", chaining: false }],
    [0x08, { kind: "interindustry", channel: 0, secureMessaging: "iso", chaining: false }],
    [0x0c, { kind: "interindustry", channel: 0, secureMessaging: "iso-header-authenticated", chaining: false }],
    [0x10, { kind: "interindustry", channel: 0, secureMessaging: "none", chaining: true }],
    [0x1f, { kind: "interindustry", channel: 3, secureMessaging: "iso-header-authenticated", chaining: true }],
    [0x20, { kind: "reserved", cla: 0x20 }],
    [0x3f, { kind: "reserved", cla: 0x3f }],
    [0x40, { kind: "interindustry", channel: 4, secureMessaging: "none", chaining: false }],
    [0x4f, { kind: "interindustry", channel: 19, secureMessaging: "none", chaining: false }],
    [0x65, { kind: "interindustry", channel: 9, secureMessaging: "iso", chaining: false }],
    [0x7f, { kind: "interindustry", channel: 19, secureMessaging: "iso", chaining: true }],
    [0x80, { kind: "proprietary", cla: 0x80 }],
    [0xfe, { kind: "proprietary", cla: 0xfe }],
    [0xff, { kind: "reserved", cla: 0xff }],
  ])("%i", (cla, meaning) => {
    expect(parseClassByte(cla)).toEqual(meaning);
  });

  test("every byte is written back as it was read", () => {
    for (let cla = 0; cla < 256; cla++) expect(encodeClassByte(parseClassByte(cla))).toBe(cla);
  });

  test("absent fields mean the plain class of channel 0", () => {
    expect(encodeClassByte({})).toBe(0x00);
    expect(encodeClassByte({ channel: 4, chaining: true })).toBe(0x50);
    expect(encodeClassByte({ channel: 19, secureMessaging: "iso" })).toBe(0x6f);
  });

  test("what cannot be said is refused", () => {
    for (const channel of [-1, 20, 1.5, NaN]) expect(() => encodeClassByte({ channel })).toThrow("no logical channel");
    for (const secureMessaging of ["proprietary", "iso-header-authenticated"] as const)
      expect(() => encodeClassByte({ channel: 4, secureMessaging })).toThrow("cannot announce");
    expect(() => encodeClassByte(JSON.parse('{"secureMessaging":"some"}') as object)).toThrow("some is no kind");
    expect(() => encodeClassByte({ kind: "proprietary", cla: 0x00 })).toThrow("no proprietary class");
    expect(() => encodeClassByte({ kind: "reserved", cla: 0x80 })).toThrow("no reserved class");
    for (const cla of [-1, 256, 0.5]) expect(() => parseClassByte(cla)).toThrow("no byte");
  });
});
