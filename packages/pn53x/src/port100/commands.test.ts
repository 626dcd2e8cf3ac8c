import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Port100Commands } from "./commands.ts";
import { PORT100_PROTOCOL, PORT100_PROTOCOL_DEFAULTS, PORT100_RF, type Port100ProtocolKey } from "./settings.ts";
import { describePort100CommStatus, PORT100_COMM_STATUS, port100FailureOf } from "./status.ts";

const { InCommRF, InSetProtocol, InSetRF, SwitchRF, SetCommandType, GetFirmwareVersion } = Port100Commands;

describe("requests", () => {
  it.each([
    ["212F", "01010F01"],
    ["424F", "01020F02"],
    ["106A", "02030F03"],
    ["106B", "03070F07"],
  ] as const)("InSetRF for %s", (rf, bytes) => {
    expect(toHex(InSetRF.encodeRequest(PORT100_RF[rf]))).toBe(bytes);
    expect(InSetRF.decodeRequest(fromHex(bytes))).toEqual(PORT100_RF[rf]);
  });

  it("InSetProtocol with the settings that every program begins with", () => {
    const settings = Object.entries(PORT100_PROTOCOL).map(
      ([key, code]) => [code, PORT100_PROTOCOL_DEFAULTS[key as Port100ProtocolKey]] as const,
    );
    expect(toHex(InSetProtocol.encodeRequest({ settings }))).toBe(
      "00180101020103000400050006000708080009000A000B000C000E040F001000110012001306",
    );
    expect(InSetProtocol.decodeRequest(fromHex("0006 0707"))).toEqual({
      settings: [
        [0, 6],
        [7, 7],
      ],
    });
  });

  it("InCommRF with its time in units of 100 µs, low byte first", () => {
    expect(toHex(InCommRF.encodeRequest({ timeout: 310, data: fromHex("26") }))).toBe("360126");
    expect(InCommRF.decodeRequest(fromHex("360126"))).toEqual({ timeout: 310, data: fromHex("26") });
    expect(() => InCommRF.encodeRequest({ timeout: 0x10000, data: fromHex("26") })).toThrow(/timeout/);
  });

  it("SwitchRF and SetCommandType", () => {
    expect(
      [SwitchRF.encodeRequest({ on: true }), SetCommandType.encodeRequest({ type: 1 })].map((b) => toHex(b)),
    ).toEqual(["01", "01"]);
    expect(() => SwitchRF.decodeRequest(fromHex("02"))).toThrow(/neither on nor off/);
  });
});

describe("answers", () => {
  it("of InCommRF: a status of 32 bits, the bits of the last byte, data", () => {
    const data = fromHex("4400");
    expect(InCommRF.decodeAnswer(fromHex("00000000 08 4400"), { timeout: 1, data })).toEqual({
      status: 0,
      lastBits: 8,
      data,
    });
    const decode = (hex: string): number => InCommRF.decodeAnswer(fromHex(hex), { timeout: 1, data }).status;
    expect([decode("80000000"), decode("00080000"), decode("0000008000")]).toEqual([0x80, 0x800, 0x8000_0000]);
    expect(() => decode("00000000")).toThrow(/last bits/);
    expect(() => decode("000000")).toThrow(/status/);
  });

  it("of GetFirmwareVersion: the minor number first", () => {
    expect(GetFirmwareVersion.decodeAnswer(fromHex("1101"), undefined)).toEqual({ major: 1, minor: 0x11 });
  });

  it("of a status: one byte and no more", () => {
    expect(SwitchRF.decodeAnswer(fromHex("01"), { on: true })).toEqual({ status: 1 });
    expect(() => SwitchRF.decodeAnswer(fromHex("0100"), { on: true })).toThrow(/left over/);
    expect(() => SwitchRF.decodeAnswer(fromHex(""), { on: true })).toThrow(/status/);
  });
});

it("any bytes are a message or a FormatError", () => {
  const decoders = Object.values(Port100Commands).map((command) => (bytes: Uint8Array) => [
    () => command.decodeRequest(bytes),
    () => command.decodeAnswer(bytes, undefined as never),
  ]);
  fc.assert(
    fc.property(fc.constantFrom(...decoders), fc.uint8Array({ maxLength: 12 }), (decode, bytes) => {
      for (const attempt of decode(bytes))
        try {
          attempt();
        } catch (error) {
          expect(isFormatError(error)).toBe(true);
        }
    }),
  );
});

it("a status of InCommRF has a meaning on the air, and words", () => {
  expect(
    Object.fromEntries(Object.entries(PORT100_COMM_STATUS).map(([name, bit]) => [name, port100FailureOf(bit)])),
  ).toEqual({
    PROTOCOL_ERROR: "framing",
    PARITY_ERROR: "parity",
    CRC_ERROR: "crc",
    COLLISION_ERROR: "collision",
    OVERFLOW_ERROR: "overflow",
    TEMPERATURE_ERROR: undefined,
    RECEIVE_TIMEOUT_ERROR: "timeout",
    CRYPTO1_ERROR: "authentication",
    RFCA_ERROR: undefined,
    RF_OFF_ERROR: "link-lost",
    TRANSMIT_TIMEOUT_ERROR: undefined,
    RECEIVE_LENGTH_ERROR: "overflow",
  });
  expect([port100FailureOf(0), port100FailureOf(0x84)]).toEqual([undefined, "timeout"]);
  expect(describePort100CommStatus(0x8000_0040)).toBe("TEMPERATURE_ERROR, RECEIVE_LENGTH_ERROR (0x80000040)");
  expect(describePort100CommStatus(0x0020_0000)).toBe("(0x00200000)");
});
