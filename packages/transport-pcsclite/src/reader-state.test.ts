import * as fc from "fast-check";
import { expect, test } from "vitest";
import { READER_STATE_LENGTH } from "./protocol.ts";
import { parseReaderStates, type ReaderState } from "./reader-state.ts";

function encode(state: ReaderState): Uint8Array {
  const record = Buffer.alloc(READER_STATE_LENGTH);
  record.write(state.name, 0, "utf8");
  record.writeUInt32LE(state.eventCounter, 128);
  record.writeUInt32LE(state.state, 132);
  record.writeInt32LE(state.sharing, 136);
  record.set(state.answerToReset, 140);
  record.writeUInt32LE(state.answerToReset.length, 176);
  record.writeUInt32LE(state.protocol, 180);
  return record;
}

const bytesOf = (...records: Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(records));

test("every field of every reader is read, and free slots are passed over", () => {
  const state = fc.record({
    name: fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" }).filter((name) => !name.includes("\0")),
    eventCounter: fc.nat(0xffff),
    state: fc.nat(0x7f),
    sharing: fc.integer({ min: -1, max: 200 }),
    answerToReset: fc.uint8Array({ maxLength: 33 }).map((bytes) => Uint8Array.from(bytes)),
    protocol: fc.constantFrom(0, 1, 2, 4, 8),
  });
  fc.assert(
    fc.property(fc.array(fc.option(state), { maxLength: 6 }), (slots) => {
      const array = bytesOf(...slots.map((slot) => (slot === null ? Buffer.alloc(READER_STATE_LENGTH) : encode(slot))));
      const fits = slots.filter((slot) => slot !== null).filter(({ name }) => Buffer.byteLength(name) <= 128);
      fc.pre(fits.length === slots.filter((slot) => slot !== null).length);
      expect(parseReaderStates(array)).toEqual(fits);
    }),
  );
});

test("a reader that starts has an answer to reset of 34 bytes, which is none", () => {
  const record = Buffer.from(
    encode({ name: "R", eventCounter: 0, state: 0, sharing: 0, answerToReset: new Uint8Array(0), protocol: 0 }),
  );
  record.writeUInt32LE(34, 176);
  expect(parseReaderStates(bytesOf(record))[0]?.answerToReset).toHaveLength(0);
});

test("a name may fill its field", () => {
  const record = Buffer.alloc(READER_STATE_LENGTH);
  record.fill("n", 0, 128);
  expect(parseReaderStates(bytesOf(record))[0]?.name).toBe("n".repeat(128));
});
