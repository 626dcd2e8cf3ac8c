import { FormatError } from "@cardwire/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { encodeMessage, MessageDecoder } from "./message.ts";

test("a message is its length, most significant byte first, and its bytes", () => {
  expect([...encodeMessage(Uint8Array.of(4))]).toEqual([0, 1, 4]);
  expect([...encodeMessage(new Uint8Array(0x1234)).subarray(0, 2)]).toEqual([0x12, 0x34]);
  expect(encodeMessage(new Uint8Array(0xffff))).toHaveLength(0x10001);
  expect(() => encodeMessage(new Uint8Array(0x10000))).toThrow(FormatError);
});

test("a message of no bytes is refused", () => {
  const decoder = new MessageDecoder();
  decoder.push(Uint8Array.of(0, 0));
  expect(() => decoder.next()).toThrow("vpcd message length: a message has at least one byte");
});

test("messages come out as they went in, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = messages.flatMap((message) => [...encodeMessage(message)]);
        const decoder = new MessageDecoder();
        const found: Uint8Array[] = [];
        for (let offset = 0, cut = 0; offset < stream.length; cut++) {
          const length = cuts[cut % cuts.length]!;
          decoder.push(Uint8Array.from(stream.slice(offset, offset + length)));
          offset += length;
          for (let message = decoder.next(); message !== undefined; message = decoder.next()) found.push(message);
        }
        expect(found.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
      },
    ),
  );
});
