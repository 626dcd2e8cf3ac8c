import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CommandApduFields, encodeCommandApdu, parseCommandApdu } from "./command-apdu.ts";

/** The decoding conventions of ISO/IEC 7816-3 section 12.1.3, written out by hand. */
const CASES: readonly [hex: string, name: string, nc: number, ne: number][] = [
  ["00A40000", "1", 0, 0],
  ["00B0000001", "2S", 0, 1],
  ["00B0000000", "2S", 0, 256],
  ["00B00000FF", "2S", 0, 255],
  ["00D6000001AA", "3S", 1, 0],
  ["00D60000FF" + "AA".repeat(255), "3S", 255, 0],
  ["00A4040002A00000", "4S", 2, 256],
  ["00A4040002A00010", "4S", 2, 16],
  ["00B00000000001", "2E", 0, 1],
  ["00B00000000100", "2E", 0, 256],
  ["00B00000000000", "2E", 0, 65_536],
  ["00B0000000FFFF", "2E", 0, 65_535],
  ["00D60000000001AA", "3E", 1, 0],
  ["00D60000000100" + "AA".repeat(256), "3E", 256, 0],
  ["00D60000000001AA0000", "4E", 1, 65_536],
  ["00D60000000002AABB0100", "4E", 2, 256],
];

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isFormatError(error)) return `${error.code} ${error.field}@${error.offset ?? "-"}`;
    throw error;
  }
  return "accepted";
};

describe("parseCommandApdu", () => {
  test.each(CASES)("%s is case %s", (hex, name, nc, ne) => {
    const bytes = fromHex(hex);
    const command = parseCommandApdu(bytes);
    expect(command.case).toBe(name);
    expect(command.data).toHaveLength(nc);
    expect(command.ne).toBe(ne);
    expect(command.extended).toBe(name.endsWith("E"));
    expect([command.cla, command.ins, command.p1, command.p2]).toEqual([...bytes.subarray(0, 4)]);
    expect(encodeCommandApdu(command)).toEqual(bytes);
  });

  test("a maximal command of case 4E", () => {
    const bytes = new Uint8Array(65_544).fill(0x5a);
    bytes.set(fromHex("00 C2 00 00 00 FF FF"));
    bytes.set([0, 0], 65_542);
    const command = parseCommandApdu(bytes);
    expect(command).toMatchObject({ case: "4E", ne: 65_536 });
    expect(command.data).toHaveLength(65_535);
    expect(encodeCommandApdu(command)).toEqual(bytes);
  });

  test.each([
    ["", "TOO_SHORT header@0"],
    ["00A400", "TOO_SHORT header@0"],
    ["00A4040002A0", "TOO_SHORT data@5"],
    ["00A4040001A00000", "LEFT_OVER Le@7"],
    ["00B000000000", "TOO_SHORT Lc@4"],
    ["00B0000000000000", "INVALID_VALUE Lc@4"],
    ["00D60000000002AA", "TOO_SHORT data@7"],
    ["00D60000000001AA00", "TOO_SHORT Le@8"],
    ["00D60000000001AA000000", "LEFT_OVER Le@10"],
  ])("refuses %s with %s", (hex, reason) => {
    expect(codeOf(() => parseCommandApdu(fromHex(hex)))).toBe(reason);
  });

  test("gives plain views, even of a Buffer", () => {
    const { data } = parseCommandApdu(Buffer.from("00D6000002AABB", "hex"));
    expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype);
    expect(toHex(data)).toBe("AABB");
  });
});

describe("encodeCommandApdu", () => {
  const header = { cla: 0x00, ins: 0xb0, p1: 0x01, p2: 0x02 };

  test.each<[Partial<CommandApduFields>, string]>([
    [{}, "00B00102"],
    [{ ne: 0, data: new Uint8Array(0) }, "00B00102"],
    [{ ne: 255 }, "00B00102FF"],
    [{ ne: 256 }, "00B0010200"],
    [{ ne: 257 }, "00B00102000101"],
    [{ ne: 65_536 }, "00B00102000000"],
    [{ ne: 16, extended: true }, "00B00102000010"],
    [{ data: fromHex("AA"), extended: true }, "00B00102000001AA"],
    [{ data: fromHex("AA"), ne: 256, extended: true }, "00B00102000001AA0100"],
    [{ data: fromHex("AA"), ne: 256 }, "00B0010201AA00"],
    [{ data: fromHex("AA"), ne: 257 }, "00B00102000001AA0101"],
  ])("%o", (fields, hex) => {
    expect(toHex(encodeCommandApdu({ ...header, ...fields }))).toBe(hex);
  });

  test.each<[Partial<CommandApduFields>, string]>([
    [{ cla: 256 }, "INVALID_VALUE CLA@-"],
    [{ cla: -1 }, "INVALID_VALUE CLA@-"],
    [{ ins: 1.5 }, "INVALID_VALUE INS@-"],
    [{ p1: NaN }, "INVALID_VALUE P1@-"],
    [{ p2: 0x1_0000_0000 }, "INVALID_VALUE P2@-"],
    [{ ne: -1 }, "INVALID_VALUE Le@-"],
    [{ ne: 1.5 }, "INVALID_VALUE Le@-"],
    [{ ne: 65_537 }, "TOO_LONG Le@-"],
    [{ ne: 257, extended: false }, "TOO_LONG Le@-"],
    [{ data: new Uint8Array(256), extended: false }, "TOO_LONG Lc@-"],
    [{ data: new Uint8Array(65_536) }, "TOO_LONG Lc@-"],
    [{ extended: true }, "INVALID_VALUE Lc@-"],
  ])("refuses %o", (fields, reason) => {
    expect(codeOf(() => encodeCommandApdu({ ...header, ...fields }))).toBe(reason);
  });
});

const byte = fc.integer({ min: 0, max: 255 });
const commands = fc.record({
  cla: byte,
  ins: byte,
  p1: byte,
  p2: byte,
  data: fc.uint8Array({ maxLength: 600 }),
  ne: fc.oneof(fc.constantFrom(0, 1, 255, 256, 257, 65_535, 65_536), fc.integer({ min: 0, max: 65_536 })),
  extended: fc.constantFrom(undefined, true, false),
});

test("every command that can be said reads back as it was said", () => {
  fc.assert(
    fc.property(commands, ({ extended, ...fields }) => {
      const short = fields.data.length <= 255 && fields.ne <= 256;
      const empty = fields.data.length === 0 && fields.ne === 0;
      if ((extended === false && !short) || (extended === true && empty)) {
        expect(() => encodeCommandApdu({ ...fields, extended })).toThrow();
        return;
      }
      const bytes = encodeCommandApdu({ ...fields, ...(extended !== undefined && { extended }) });
      expect(parseCommandApdu(bytes)).toMatchObject({ ...fields, extended: extended ?? !short });
    }),
  );
});

/** Bytes that often look like a command: a header, then a length field that is about right. */
const nearCommands = fc
  .tuple(fc.uint8Array({ maxLength: 700 }), fc.integer({ min: -2, max: 4 }), fc.boolean())
  .map(([body, off, extended]) => {
    const nc = Math.max(0, body.length + off);
    return extended ? Uint8Array.of(0, 0xa4, 4, 0, 0, nc >> 8, nc, ...body) : Uint8Array.of(0, 0xa4, 4, 0, nc, ...body);
  });

test("whatever is accepted is written back byte by byte, the rest is refused with a FormatError", () => {
  fc.assert(
    fc.property(
      fc.oneof(nearCommands, fc.uint8Array({ maxLength: 16 }), fc.uint8Array({ maxLength: 4096 })),
      (bytes) => {
        let command;
        try {
          command = parseCommandApdu(bytes);
        } catch (error) {
          expect(isFormatError(error)).toBe(true);
          return;
        }
        expect(encodeCommandApdu(command)).toEqual(bytes);
      },
    ),
    { numRuns: 500 },
  );
});
