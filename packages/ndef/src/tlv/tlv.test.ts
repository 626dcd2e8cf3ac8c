import { fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNdefError } from "../wire/errors.ts";
import { readTlvs } from "./blocks.ts";
import {
  lockControlValue,
  lockRange,
  memoryControlValue,
  memoryRange,
  parseLockControl,
  parseMemoryControl,
} from "./control.ts";
import type { TlvArea } from "./cursor.ts";
import { locateNdef, type NdefLocation } from "./locate.ts";
import { planNdefWrite } from "./write.ts";

const uid = "041122BF3344556644480000";
const message = "D1011255046578616D706C652E636F6D2F613F623D31";

/** A Type 2 image from its bytes up to the zeros that fill it. */
function type2(hex: string, size: number): TlvArea {
  const memory = new Uint8Array(size);
  memory.set(fromHex(uid + hex));
  return { memory, start: 16, end: 16 + 8 * (memory[14] ?? 0) };
}

function located(area: TlvArea): NdefLocation {
  const location = locateNdef(area);
  if (location.kind !== "located") throw new Error("incomplete");
  return location;
}

const ultralightEmpty = type2("E11006000300FE", 64);
const ultralight = type2(`E11006000316${message}FE`, 64);
const ntag213 = type2(`E11012000103A00C340316${message}FE`, 180);
const text40 = "D1012B5402656E" + "41".repeat(40);

describe("control blocks", () => {
  it.each([
    ["NTAG203, Ultralight C", "A01044", 160, 16, 16, 16, 2],
    ["NTAG213", "A00C34", 160, 12, 8, 16, 2],
    ["NTAG212, Ultralight EV1 of 128 bytes", "900A34", 144, 10, 8, 16, 2],
    ["Topaz 512", "F23033", 122, 48, 8, 8, 6],
  ])("lock: %s", (_, hex, address, lockBits, bytesPerLockBit, pageBytes, length) => {
    const control = { address, lockBits, bytesPerLockBit, pageBytes };
    expect(parseLockControl(fromHex(hex))).toEqual(control);
    expect(lockRange(control)).toEqual({ address, length });
    expect(toHex(lockControlValue(control))).toBe(hex);
  });

  it("memory: Topaz 512", () => {
    const control = { address: 120, reservedBytes: 2, pageBytes: 8 };
    expect(parseMemoryControl(fromHex("F00203"))).toEqual(control);
    expect(memoryRange(control)).toEqual({ address: 120, length: 2 });
    expect(toHex(memoryControlValue(control))).toBe("F00203");
  });

  it("write a size of 256 as 0", () => {
    expect(parseMemoryControl(fromHex("F00003")).reservedBytes).toBe(256);
    expect(toHex(memoryControlValue({ address: 120, reservedBytes: 256, pageBytes: 8 }))).toBe("F00003");
  });

  it("refuse what their fields cannot say", () => {
    expect(() => parseLockControl(fromHex("A00C"))).toThrow("its value has 3 bytes, not 2");
    expect(() => parseMemoryControl(fromHex("A00C3400"))).toThrow("offset 3");
    const lock = { address: 160, lockBits: 12, bytesPerLockBit: 8, pageBytes: 16 };
    expect(() => lockControlValue({ ...lock, address: 400 })).toThrow("cannot be said");
    expect(() => lockControlValue({ ...lock, lockBits: 257 })).toThrow("not 1 to 256");
    expect(() => lockControlValue({ ...lock, bytesPerLockBit: 3 })).toThrow("no power of two");
  });
});

describe("finding the message", () => {
  it.each([
    ["Ultralight, empty", ultralightEmpty, "", 16, 46],
    ["Ultralight", ultralight, message, 16, 46],
    ["NTAG213 with its lock control block", ntag213, message, 21, 137],
    [
      "a value that jumps over reserved bytes",
      type2(
        `E1101200 0203300804 032F ${text40.slice(0, 50)} ${"00".repeat(8)} ${text40.slice(50)} FE`.replaceAll(" ", ""),
        160,
      ),
      text40,
      21,
      129,
    ],
    [
      "leading nulls, long form, no terminator",
      type2("E110060000000003FF0009D101055402656E6F6B", 64),
      "D101055402656E6F6B",
      19,
      43,
    ],
    ["a proprietary block first", type2("E1100600FD02AABB0309D101055402656E6F6BFE", 64), "D101055402656E6F6B", 20, 42],
  ])("%s", (_, area, hex, address, capacityBytes) => {
    const location = located(area);
    expect(toHex(location.ndef!.value)).toBe(hex);
    expect({ address: location.address, capacityBytes: location.capacityBytes }).toEqual({ address, capacityBytes });
  });

  it("takes the first of two", () => {
    expect(located(type2("E11006000300 0301AA FE".replaceAll(" ", ""), 64)).ndef!.value).toHaveLength(0);
  });

  it("says where a new one would go", () => {
    expect(located(type2("E1100600FE", 64))).toMatchObject({ ndef: undefined, address: 16, capacityBytes: 46 });
    expect(located(type2("E1100600FD01AA0000FE", 64))).toMatchObject({ ndef: undefined, address: 19 });
    expect(located(type2("E1100600", 64))).toMatchObject({ ndef: undefined, address: 16 });
    const full = located({ memory: fromHex("FD02AAAA"), start: 0, end: 4 });
    expect(full).toMatchObject({ ndef: undefined, address: 4, capacityBytes: 0 });
  });

  it("counts what the long form costs", () => {
    const capacity = (room: number): number =>
      located({ memory: new Uint8Array(room), start: 0, end: room }).capacityBytes;
    expect([1, 2, 3, 256, 257, 258, 259, 496, 872].map(capacity)).toEqual([0, 0, 1, 254, 254, 254, 255, 492, 868]);
  });

  it("is lazy: asks for what it needs, and not for what lies behind", () => {
    const { memory, start, end } = ntag213;
    const asked: number[] = [];
    let have = 16;
    for (;;) {
      const location = locateNdef({ memory: memory.subarray(0, have), start, end });
      if (location.kind === "located") {
        expect(toHex(location.ndef!.value)).toBe(message);
        break;
      }
      expect(location.neededBytes).toBeGreaterThan(have);
      have = location.neededBytes;
      asked.push(have);
    }
    expect(asked).toEqual([17, 18, 21, 22, 23, 45]);
  });

  it("refuses a block that leaves the area", () => {
    expect(() => located(type2("E1100100030AD1", 64))).toThrow("value at offset 18: needs 10 bytes, 6 are left");
    expect(() => located({ memory: fromHex("03FFFFFF"), start: 0, end: 4 })).toThrow("FFFF is reserved");
    expect(() => located({ memory: fromHex("03FF00"), start: 0, end: 3 })).toThrow("length at offset 2");
    expect(() => located({ memory: fromHex("03"), start: 0, end: 1 })).toThrow("length at offset 1");
    expect(() => located({ memory: fromHex("0102AAAA"), start: 0, end: 4 })).toThrow("lock control TLV");
  });
});

describe("listing blocks", () => {
  it("gives all of them", () => {
    const list = readTlvs(ntag213);
    expect(list.kind === "blocks" && list.blocks.map(({ tag, address }) => [tag, address])).toEqual([
      [0x01, 16],
      [0x03, 21],
      [0xfe, 45],
    ]);
  });

  it("ends with the area where nothing terminates it", () => {
    const list = readTlvs({ memory: fromHex("0000FD0155"), start: 0, end: 5 });
    expect(list.kind === "blocks" && list.blocks.map(({ tag }) => tag)).toEqual([0, 0, 0xfd]);
    expect(readTlvs({ memory: fromHex("00"), start: 0, end: 5 })).toEqual({ kind: "incomplete", neededBytes: 2 });
  });
});

/** Pages that differ from one image to the next, as WRITE commands of a Type 2 tag. */
function pageWrites(area: TlvArea, images: readonly Uint8Array[], unitBytes = 4): string[][] {
  let before = area.memory;
  return images.map((image) => {
    const writes: string[] = [];
    for (let at = 0; at < image.length; at += unitBytes) {
      const unit = toHex(image.subarray(at, at + unitBytes));
      if (unit !== toHex(before.subarray(at, at + unitBytes)))
        writes.push(`${toHex(Uint8Array.of(at / unitBytes))} ${unit}`);
    }
    before = image;
    return writes;
  });
}

describe("writing the message", () => {
  const plan = (area: TlvArea, bytes: Uint8Array, unitBytes: number) =>
    planNdefWrite(area, located(area), bytes, { unitBytes });

  it("writes the body of a blank Ultralight, then its length", () => {
    const images = plan(ultralightEmpty, fromHex(message), 4);
    expect(pageWrites(ultralightEmpty, images)).toEqual([
      ["04 0300D101", "05 12550465", "06 78616D70", "07 6C652E63", "08 6F6D2F61", "09 3F623D31", "0A FE000000"],
      ["04 0316D101"],
    ]);
    expect(images.at(-1)).toEqual(ultralight.memory);
  });

  it("keeps the control block of an NTAG213", () => {
    const factory = type2("E11012000103A00C340300FE", 180);
    expect(pageWrites(factory, plan(factory, fromHex(message), 4))).toEqual([
      ["05 340300D1", "06 01125504", "07 6578616D", "08 706C652E", "09 636F6D2F", "0A 613F623D", "0B 31FE0000"],
      ["05 340316D1"],
    ]);
  });

  it("zeroes the length of an old message first", () => {
    expect(pageWrites(ultralight, plan(ultralight, fromHex("D00000"), 4))).toEqual([
      ["04 0300D101"],
      ["04 0300D000", "05 00FE0465"],
      ["04 0303D000"],
    ]);
    expect(pageWrites(ultralight, plan(ultralight, new Uint8Array(0), 4))).toEqual([["04 0300D101"], ["04 0300FE01"]]);
  });

  it("writes a long length that crosses a page from behind", () => {
    const area = { memory: fromHex("FD00FD00" + "0300FE00" + "00".repeat(300)), start: 2, end: 308 };
    const one = { ...area, start: 2, memory: area.memory.slice() };
    // 03 at the last byte but one of a page: FF beside it, the rest in the next
    one.memory.set(fromHex("FD000300FE"), 4);
    const writes = pageWrites(one, plan(one, new Uint8Array(256).fill(0xd5), 4));
    expect(writes.slice(-2)).toEqual([["02 0100D5D5"], ["01 FD0003FF"]]);
    // in one piece with a unit of 16 bytes
    expect(plan(one, new Uint8Array(256).fill(0xd5), 16)).toHaveLength(2);
  });

  it("makes a new block only once its length is zero", () => {
    const area = { memory: fromHex("FD0155FE" + "FEFEFEFE"), start: 0, end: 8 };
    expect(pageWrites(area, plan(area, fromHex("D00000"), 4))).toEqual([
      ["01 00FEFEFE"],
      ["00 FD015503"],
      ["01 00D00000"],
      ["01 03D00000"],
    ]);
  });

  it("leaves the terminator out where no byte is left, and jumps over reserved bytes", () => {
    const area: TlvArea = {
      memory: new Uint8Array(8),
      start: 0,
      end: 8,
      reserved: [{ address: 3, length: 2 }],
    };
    expect(toHex(plan(area, fromHex("D00000AA"), 1).at(-1)!)).toBe("0304D000000000AA");
    expect(() => plan(area, fromHex("D00000AA00"), 1)).toThrow("5 bytes, 4 fit");
  });

  it("leaves an empty tag or the whole message wherever it is torn", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const unit = fc.constantFrom(1, 4, 8, 16);
    fc.assert(
      fc.property(
        bytes,
        bytes,
        unit,
        fc.integer({ min: 0, max: 7 }),
        fc.boolean(),
        (old, next, unitBytes, lead, jump) => {
          const reserved = jump ? [{ address: 37, length: 9 }] : [];
          let area: TlvArea = { memory: new Uint8Array(400), start: lead, end: 400, reserved };
          for (const image of plan(area, old, unitBytes)) area = { ...area, memory: image };
          expect(located(area).ndef!.value).toEqual(old);
          let memory = area.memory;
          const images = plan(area, next, unitBytes);
          images.forEach((image, step) => {
            // from behind and from the front: the order within a step does not matter
            const units = Array.from({ length: 400 / unitBytes }, (_, index) => index);
            for (const index of step % 2 ? units : units.reverse()) {
              memory = memory.slice();
              memory.set(image.subarray(index * unitBytes, (index + 1) * unitBytes), index * unitBytes);
              const found = toHex(located({ ...area, memory }).ndef!.value);
              expect(["", toHex(old), toHex(next)]).toContain(found);
            }
          });
          expect(toHex(located({ ...area, memory }).ndef!.value)).toBe(toHex(next));
        },
      ),
      { numRuns: 20 },
    );
  });
});

it("any memory is read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(60), (memory, end) => {
      for (const read of [readTlvs, locateNdef])
        try {
          read({ memory, start: 0, end });
        } catch (error) {
          expect(isNdefError(error)).toBe(true);
        }
    }),
  );
});
