import { fromHex, isFormatError } from "@cardwire/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodeTransmitInput,
  encodeTransmitOutput,
  parseTransmitInput,
  parseTransmitOutput,
  SCARD_PROTOCOL,
} from "./index.ts";

test("header and APDU, both ways", () => {
  // dwProtocol 2, cbPciLength 8, little-endian (ns-winsmcrd-_scard_io_request)
  expect(encodeTransmitInput(fromHex("FFCA000000"))).toEqual(fromHex("0200000008000000 FFCA000000"));
  expect(encodeTransmitOutput(fromHex("6A82"))).toEqual(fromHex("0200000008000000 6A82"));
  expect(encodeTransmitInput(fromHex("00"), SCARD_PROTOCOL.RAW)).toEqual(fromHex("0000010008000000 00"));
});

test("the APDU begins at offset 8 whatever cbPciLength says", () => {
  expect(parseTransmitInput(fromHex("0200000010000000 FFCA"))).toEqual({
    protocol: 2,
    pciLength: 16,
    command: fromHex("FFCA"),
  });
});

test("what is parsed shares no memory with its source, a Node Buffer included", () => {
  const input = Buffer.from(encodeTransmitInput(fromHex("FFCA")));
  const { command } = parseTransmitInput(input);
  input.fill(0);
  expect(command).toEqual(fromHex("FFCA"));
});

test.each([
  ["02000000 0800000", () => parseTransmitInput(fromHex("02000000 080000")), "cbPciLength", 4],
  ["no protocol", () => parseTransmitInput(fromHex("0200")), "dwProtocol", 0],
  ["no command", () => parseTransmitInput(fromHex("0200000008000000")), "command", 8],
  ["one byte of status word", () => parseTransmitOutput(fromHex("0200000008000000 90")), "response", 8],
  ["a PCI of 9", () => parseTransmitOutput(fromHex("0200000009000000 9000")), "cbPciLength", 4],
  ["an empty command", () => encodeTransmitInput(fromHex("")), "command", 8],
  ["a response without SW", () => encodeTransmitOutput(fromHex("90")), "response", 8],
  ["a protocol that is none", () => encodeTransmitInput(fromHex("00"), -1), "dwProtocol", 0],
])("refused: %s", (_, call, field, offset) => {
  const error: unknown = (() => {
    try {
      call();
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  })();
  expect(isFormatError(error)).toBe(true);
  expect(error).toMatchObject({ field, offset });
});

const bytes = (minLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength: 300 });
const dword = fc.nat({ max: 0xffff_ffff });

test("decode undoes encode", () => {
  fc.assert(
    fc.property(bytes(1), dword, (command, protocol) => {
      expect(parseTransmitInput(encodeTransmitInput(command, protocol))).toEqual({ protocol, pciLength: 8, command });
    }),
  );
  fc.assert(
    fc.property(bytes(2), dword, (response, protocol) => {
      expect(parseTransmitOutput(encodeTransmitOutput(response, protocol))).toEqual({ protocol, response });
    }),
  );
});

test("encode undoes decode, and nothing but a FormatError is thrown", () => {
  const again = (input: Uint8Array): Uint8Array[] => {
    const written: Uint8Array[] = [];
    for (const round of [
      () => {
        const { command, protocol } = parseTransmitInput(input);
        return encodeTransmitInput(command, protocol);
      },
      () => {
        const { response, protocol } = parseTransmitOutput(input);
        return encodeTransmitOutput(response, protocol);
      },
    ]) {
      try {
        written.push(round());
      } catch (error) {
        if (!isFormatError(error)) throw error;
      }
    }
    return written;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (input) => {
      for (const written of again(input)) {
        expect(written.subarray(0, 4)).toEqual(input.subarray(0, 4));
        expect(written.subarray(8)).toEqual(input.subarray(8));
      }
    }),
  );
});
