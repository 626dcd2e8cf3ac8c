import { fromHex, isFormatError } from "@cardwire/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeGetAttributeInput,
  encodeLastError,
  encodePowerInput,
  encodeProtocol,
  encodeReaderState,
  encodeSetAttributeInput,
  parseGetAttributeInput,
  parseLastError,
  parsePowerInput,
  parseProtocolInput,
  parseProtocolOutput,
  parseReaderState,
  parseSetAttributeInput,
  SCARD_ATTR,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER_STATE,
} from "./index.ts";

test("every buffer is a little-endian DWORD", () => {
  expect(encodeGetAttributeInput(SCARD_ATTR.DEVICE_IN_USE)).toEqual(fromHex("0200FF7F"));
  expect(encodeSetAttributeInput(SCARD_ATTR.DEVICE_IN_USE, fromHex("01000000"))).toEqual(fromHex("0200FF7F01000000"));
  expect(encodePowerInput(SCARD_POWER.COLD_RESET)).toEqual(fromHex("01000000"));
  expect(encodeProtocol(SCARD_PROTOCOL.DEFAULT)).toEqual(fromHex("00000080"));
  expect(encodeReaderState(SCARD_READER_STATE.SPECIFIC)).toEqual(fromHex("06000000"));
  expect(encodeLastError(0xc000_0178)).toEqual(fromHex("780100C0"));
});

test("inputs may be longer than the contract asks for, outputs not", () => {
  const longer = fromHex("0200000099");
  expect(parseGetAttributeInput(longer)).toBe(2);
  expect(parsePowerInput(longer)).toBe(2);
  expect(parseProtocolInput(longer)).toBe(2);
  expect(parseSetAttributeInput(longer)).toEqual({ tag: 2, value: fromHex("99") });
  for (const parse of [parseProtocolOutput, parseReaderState, parseLastError]) {
    expect(parse(longer.subarray(0, 4))).toBe(2);
    expect(() => parse(longer)).toThrow("offset 4");
  }
});

test("a power action that does not exist is read, but not written", () => {
  expect(parsePowerInput(fromHex("FF000000"))).toBe(255);
  expect(() => encodePowerInput(3)).toThrow("power at offset 0");
});

test("a state that does not exist is refused", () => {
  expect(() => parseReaderState(fromHex("07000000"))).toThrow("state at offset 0");
});

test("decode undoes encode", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffff_ffff }), fc.uint8Array({ maxLength: 64 }), (number, value) => {
      expect(parseGetAttributeInput(encodeGetAttributeInput(number))).toBe(number);
      expect(parseProtocolInput(encodeProtocol(number))).toBe(number);
      expect(parseProtocolOutput(encodeProtocol(number))).toBe(number);
      expect(parseLastError(encodeLastError(number))).toBe(number);
      expect(parseSetAttributeInput(encodeSetAttributeInput(number, value))).toEqual({ tag: number, value });
    }),
  );
  for (const action of Object.values(SCARD_POWER)) expect(parsePowerInput(encodePowerInput(action))).toBe(action);
  for (const state of Object.values(SCARD_READER_STATE)) expect(parseReaderState(encodeReaderState(state))).toBe(state);
});

test("any input gives a value or a FormatError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (input) => {
      for (const parse of [
        parseGetAttributeInput,
        parseSetAttributeInput,
        parsePowerInput,
        parseProtocolInput,
        parseProtocolOutput,
        parseReaderState,
        parseLastError,
      ]) {
        try {
          parse(input);
        } catch (error) {
          if (!isFormatError(error)) throw error;
        }
      }
    }),
  );
});
