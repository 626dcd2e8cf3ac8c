import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concatBytes,
  copyBytes,
  equalBytes,
  type FormatError,
  fromHex,
  isFormatError,
  isUsageError,
  readUint32LE,
  toHex,
  writeUint32LE,
} from "./index.ts";

function formatError(action: () => unknown): FormatError {
  try {
    action();
  } catch (error) {
    if (isFormatError(error)) return error;
    throw error;
  }
  throw new Error("nothing thrown");
}

describe("hex", () => {
  it("writes upper case, with a separator when asked", () => {
    expect(toHex(Uint8Array.of(0x00, 0x9f, 0xab))).toBe("009FAB");
    expect(toHex(Uint8Array.of(0x00, 0x9f, 0xab), " ")).toBe("00 9F AB");
    expect(toHex(new Uint8Array(), " ")).toBe("");
  });

  it("reads either case, and what people put between bytes", () => {
    const bytes = Uint8Array.of(0x04, 0xa2, 0x3b);
    for (const text of ["04a23b", "04 A2 3B", "04:a2:3b", "04-A2-3B", "04, A2,\t3B\n", " 04A2 3b "])
      expect(fromHex(text)).toEqual(bytes);
    expect(fromHex("")).toEqual(new Uint8Array());
  });

  it.each([
    ["0", "TOO_SHORT", 0],
    ["04 A", "TOO_SHORT", 3],
    ["04 A 3B", "TOO_SHORT", 3],
    ["0x04", "INVALID_VALUE", 1],
    ["04G0", "INVALID_VALUE", 2],
    ["04 0g", "INVALID_VALUE", 4],
    ["04é0", "INVALID_VALUE", 2],
    ["@0", "INVALID_VALUE", 0],
    ["`0", "INVALID_VALUE", 0],
  ] as const)("refuses %j", (text, code, offset) => {
    const error = formatError(() => fromHex(text));
    expect([error.code, error.field, error.offset]).toEqual([code, "hex", offset]);
  });

  it("gives any bytes back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom("", " ", ":", "-"), (bytes, separator) => {
        expect(fromHex(toHex(bytes, separator))).toEqual(bytes);
        expect(fromHex(toHex(bytes).toLowerCase())).toEqual(bytes);
      }),
    );
  });

  it("never reads anything but pairs of digits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          expect(toHex(fromHex(text))).toBe(text.replace(/[ \t\n\r:,-]/g, "").toUpperCase());
        } catch (error) {
          expect(isFormatError(error)).toBe(true);
        }
      }),
    );
  });
});

describe("copyBytes", () => {
  it("copies bytes in every form into a plain array of its own", () => {
    const room = Uint8Array.of(9, 1, 2, 3, 9);
    const { buffer } = room;
    const forms = [
      room.subarray(1, 4),
      Uint8Array.of(1, 2, 3).buffer,
      new DataView(buffer, 1, 3),
      new Uint8ClampedArray(buffer, 1, 3),
      Buffer.from([1, 2, 3]),
    ];
    for (const form of forms) {
      const copy = copyBytes(form);
      expect(copy).toEqual(Uint8Array.of(1, 2, 3));
      expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
      expect(copy.buffer.byteLength).toBe(3);
    }
    room.fill(0);
    expect(copyBytes(forms[0]!)).toEqual(Uint8Array.of(0, 0, 0));
    const mine = Uint8Array.of(1);
    const copy = copyBytes(mine.buffer);
    mine[0] = 7;
    expect(copy).toEqual(Uint8Array.of(1));
  });

  it("keeps the byte order of wider views", () => {
    expect(copyBytes(Uint16Array.of(0x0201))).toHaveLength(2);
  });

  it.each([[[1, 2, 300]], ["0102"], [undefined], [null], [{ length: 3 }]])("refuses %j", (value) => {
    let thrown: unknown;
    try {
      copyBytes(value as unknown as Uint8Array);
    } catch (error) {
      thrown = error;
    }
    expect(isUsageError(thrown)).toBe(true);
  });
});

describe("concatBytes and equalBytes", () => {
  it("join and compare", () => {
    expect(concatBytes()).toEqual(new Uint8Array());
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });
});

describe("32-bit little-endian integers", () => {
  it("are unsigned", () => {
    const bytes = new Uint8Array(6);
    writeUint32LE(bytes, 1, 0x8010_000c, "code");
    expect(bytes).toEqual(Uint8Array.of(0, 0x0c, 0x00, 0x10, 0x80, 0));
    expect(readUint32LE(bytes, 1, "code")).toBe(0x8010_000c);
  });

  it("come back whatever they are", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
        const bytes = new Uint8Array(4);
        writeUint32LE(bytes, 0, value, "value");
        expect(readUint32LE(bytes, 0, "value")).toBe(value);
        expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(value);
      }),
    );
  });

  it("need their four bytes", () => {
    for (const offset of [-1, 1, 4, 9]) {
      const error = formatError(() => readUint32LE(new Uint8Array(4), offset, "tag"));
      expect([error.code, error.field, error.offset]).toEqual(["TOO_SHORT", "tag", offset]);
      expect(
        formatError(() => {
          writeUint32LE(new Uint8Array(4), offset, 0, "tag");
        }).code,
      ).toBe("TOO_SHORT");
    }
    expect(formatError(() => readUint32LE(new Uint8Array(3), 0, "tag")).message).toBe(
      "tag at offset 0: needs 4 bytes, 3 are left",
    );
  });

  it.each([-1, 0x1_0000_0000, 1.5, Number.NaN])("are not %s", (value) => {
    const error = formatError(() => {
      writeUint32LE(new Uint8Array(4), 0, value, "tag");
    });
    expect([error.code, error.field]).toEqual(["INVALID_VALUE", "tag"]);
  });
});
