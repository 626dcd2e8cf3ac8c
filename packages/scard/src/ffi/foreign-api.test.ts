import { fromHex, toHex } from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { describe, expect, test } from "vitest";
import { FakeForeign, type FakeFunction } from "../../test/fake-foreign.ts";
import { ForeignScardApi } from "./foreign-api.ts";
import { MACOS, PCSCLITE_32, PCSCLITE_64, type ScardLayout, WINDOWS_32, WINDOWS_64 } from "./layout.ts";

function load(layout: ScardLayout, functions: Readonly<Record<string, FakeFunction>> = {}) {
  const foreign = new FakeForeign(functions);
  return { foreign, api: new ForeignScardApi({ foreign, library: "the library", layout, processId: 1 }) };
}

function setDword(bytes: Uint8Array, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, value, true);
}

function text(of: string, encoding: "utf-16le" | "utf-8"): Uint8Array {
  return Uint8Array.from(Buffer.from(of, encoding));
}

test.each([
  ["Windows, 64 bits", WINDOWS_64, "__stdcall", "uint64", "uint32", "W", "SCardControl"],
  ["Windows, 32 bits", WINDOWS_32, "__stdcall", "uint32", "uint32", "W", "SCardControl"],
  ["pcsc-lite, 64 bits", PCSCLITE_64, "__cdecl", "uint64", "uint64", "", "SCardControl"],
  ["pcsc-lite, 32 bits", PCSCLITE_32, "__cdecl", "uint32", "uint32", "", "SCardControl"],
  ["macOS", MACOS, "__cdecl", "uint32", "uint32", "", "SCardControl132"],
] as const)("the functions are declared as %s has them", (_, layout, convention, handle, dword, suffix, control) => {
  const { foreign } = load(layout);
  const pointer = "void *";
  expect(foreign.loaded[0]).toBe("the library");
  expect(foreign.declared.get(`SCardConnect${suffix}`)).toEqual([
    ...[convention, "uint32", handle, pointer, dword, dword, pointer, pointer],
  ]);
  expect(foreign.declared.get(`SCardGetStatusChange${suffix}`)).toEqual([
    ...[convention, "uint32", handle, dword, pointer, dword],
  ]);
  expect(foreign.declared.get(control)).toEqual([
    ...[convention, "uint32", handle, dword, pointer, dword, pointer, dword, pointer],
  ]);
  expect([...foreign.declared.keys()].filter((name) => name.startsWith("SCard")).length).toBe(16);
});

/** Sizes and offsets of SCARD_READERSTATE as compilers lay it out: what the fields are, and how they are aligned. */
const READER_STATES = [
  ["Windows, 64 bits", WINDOWS_64, { size: 64, pointer: 8, current: 16, event: 20, length: 24, atr: 28 }],
  ["Windows, 32 bits", WINDOWS_32, { size: 56, pointer: 4, current: 8, event: 12, length: 16, atr: 20 }],
  ["pcsc-lite, 64 bits", PCSCLITE_64, { size: 80, pointer: 8, current: 16, event: 24, length: 32, atr: 40 }],
  ["pcsc-lite, 32 bits", PCSCLITE_32, { size: 56, pointer: 4, current: 8, event: 12, length: 16, atr: 20 }],
  ["macOS, packed", MACOS, { size: 61, pointer: 8, current: 16, event: 20, length: 24, atr: 28 }],
] as const;

describe.each(READER_STATES)("SCARD_READERSTATE of %s", (_, layout, { size, pointer, current, event, length, atr }) => {
  const ATR = fromHex("3B 80 01 81");

  test("is read and written where it is", async () => {
    const name = `SCardGetStatusChange${layout.textSuffix}`;
    const functions: Record<string, FakeFunction> = {};
    const { foreign, api } = load(layout, functions);
    functions[name] = (context: bigint, timeout: number, states: Uint8Array, count: number) => {
      expect([context, timeout, count]).toEqual([7n, 500, 2]);
      const view = new DataView(states.buffer, states.byteOffset);
      ["Ä reader", "Second"].forEach((readerName, index) => {
        const start = index * size;
        const address = pointer === 8 ? view.getBigUint64(start, true) : BigInt(view.getUint32(start, true));
        // 32-bit addresses are the low halves of the fake ones
        const at = foreign.at(pointer === 8 ? address : 0x7fff_0000_0000n | address);
        const expected = text(`${readerName}\0`, layout.text);
        expect(toHex(at.subarray(0, expected.length))).toBe(toHex(expected));
        expect(view.getUint32(start + current, true)).toBe(index === 0 ? 0xffff_0020 : 0);
        view.setUint32(start + event, 0x0001_0022 + index, true);
        view.setUint32(start + length, index === 0 ? ATR.length : layout.readerState.atrRoom + 1, true);
        states.set(ATR, start + atr);
      });
      return 0;
    };
    const { code, readers } = await api.getStatusChange(7n, 500, [
      { readerName: "Ä reader", currentState: 0xffff_0020 },
      { readerName: "Second", currentState: 0 },
    ]);
    expect(code).toBe(0);
    expect(readers).toEqual([
      { eventState: 0x0001_0022, answerToReset: ATR },
      { eventState: 0x0001_0023, answerToReset: new Uint8Array(0) },
    ]);
  });
});

test.each([
  ["Windows", WINDOWS_64, "0200000008000000"],
  ["pcsc-lite, 64 bits", PCSCLITE_64, "02000000000000001000000000000000"],
  ["macOS", MACOS, "0200000008000000"],
] as const)("transmit on %s hands its protocol over, and room for the longest answer", async (_, layout, request) => {
  const { api } = load(layout, {
    SCardTransmit: (
      card: bigint,
      sendPci: Uint8Array,
      send: Uint8Array,
      sendLength: number,
      receivePci: null,
      receive: Uint8Array,
      receiveLength: Uint8Array,
    ) => {
      expect([card, toHex(sendPci), toHex(send), sendLength, receivePci]).toEqual([
        9n,
        request.toUpperCase(),
        "FFCA000000",
        5,
        null,
      ]);
      expect(receive.length).toBe(65_548);
      expect(new DataView(receiveLength.buffer).getUint32(0, true)).toBe(65_548);
      receive.set([0x04, 0x90, 0x00]);
      setDword(receiveLength, 3);
      return 0;
    },
  });
  const command = fromHex("FF CA 00 00 00");
  const { code, bytes } = await api.transmit(9n, 2, command);
  expect(code).toBe(0);
  expect(bytes).toEqual(Uint8Array.of(0x04, 0x90, 0x00));
  expect(bytes.buffer.byteLength).toBe(3);
  const again = await api.transmit(9n, 2, command);
  expect(bytes).toEqual(again.bytes);
});

test("handles of 64 bits come through whole", async () => {
  const { api } = load(WINDOWS_64, {
    SCardEstablishContext: (scope: number, _a: null, _b: null, out: Uint8Array) => {
      expect(scope).toBe(2);
      new DataView(out.buffer).setBigUint64(0, 0xcd01_0000_0000_0001n, true);
      return 0;
    },
    SCardReleaseContext: (context: bigint) => (context === 0xcd01_0000_0000_0001n ? 0 : 6),
  });
  const { context } = await api.establishContext();
  expect(await api.releaseContext(context)).toEqual({ code: 0 });
});

test.each([
  ["Windows", WINDOWS_64],
  ["pcsc-lite", PCSCLITE_64],
] as const)("a list of readers that does not fit is asked for again on %s", async (_, layout) => {
  const names = Array.from({ length: 200 }, (_, index) => `Ein Leser 🂡 mit langem Namen ${index}`);
  const multiString = text(`${names.join("\0")}\0\0`, layout.text);
  const unit = layout.text === "utf-8" ? 1 : 2;
  const rooms: number[] = [];
  const { api } = load(layout, {
    [`SCardListReaders${layout.textSuffix}`]: (_c: bigint, _g: null, out: Uint8Array, length: Uint8Array) => {
      const room = new DataView(length.buffer).getUint32(0, true);
      rooms.push(room);
      setDword(length, multiString.length / unit);
      if (room * unit < multiString.length) return SCARD.E_INSUFFICIENT_BUFFER;
      out.set(multiString);
      return 0;
    },
  });
  expect(await api.listReaders(1n)).toEqual({ code: 0, readerNames: names });
  expect(rooms.length).toBe(2);
});

test("no readers are a code and not a name", async () => {
  const { api } = load(WINDOWS_64, { SCardListReadersW: () => SCARD.E_NO_READERS_AVAILABLE });
  expect(await api.listReaders(1n)).toEqual({ code: SCARD.E_NO_READERS_AVAILABLE, readerNames: [] });
});

test("an attribute is read into 264 bytes, and into more when it has more", async () => {
  const value = new Uint8Array(300).fill(7);
  const { api } = load(WINDOWS_64, {
    SCardGetAttrib: (_card: bigint, id: number, out: Uint8Array, length: Uint8Array) => {
      expect(id).toBe(0x10100);
      setDword(length, value.length);
      if (out.length < value.length) return SCARD.E_INSUFFICIENT_BUFFER;
      out.set(value);
      return 0;
    },
  });
  expect(await api.getAttrib(1n, 0x10100)).toEqual({ code: 0, bytes: value });
});

test("a control without input hands none over", async () => {
  const { api } = load(WINDOWS_64, {
    SCardControl: (
      _c: bigint,
      code: number,
      input: Uint8Array | null,
      n: number,
      out: Uint8Array,
      room: number,
      used: Uint8Array,
    ) => {
      expect([code, input, n, room]).toEqual([0x0031_3520, null, 0, 65_548]);
      out.set([6, 4]);
      setDword(used, 2);
      return 0;
    },
  });
  expect(await api.control(1n, 0x0031_3520, new Uint8Array(0))).toEqual({ code: 0, bytes: Uint8Array.of(6, 4) });
});

test("status gives state, protocol and answer to reset", async () => {
  const { api } = load(WINDOWS_64, {
    SCardStatusW: (
      _card: bigint,
      _names: Uint8Array,
      _namesLength: Uint8Array,
      state: Uint8Array,
      protocol: Uint8Array,
      atr: Uint8Array,
      atrLength: Uint8Array,
    ) => {
      setDword(state, 6);
      setDword(protocol, 2);
      atr.set([0x3b, 0x00]);
      setDword(atrLength, 2);
      return 0;
    },
  });
  const expected = { code: 0, state: 6, protocol: 2, answerToReset: Uint8Array.of(0x3b, 0x00) };
  expect(await api.status(1n)).toEqual(expected);
});

test("what the foreign-function interface throws is thrown", async () => {
  const { api } = load(WINDOWS_64);
  await expect(api.isValidContext(1n)).rejects.toThrow("SCardIsValidContext is not faked");
});

test("cancelAll cancels what waits, at once", async () => {
  const cancelled: bigint[] = [];
  const { api } = load(WINDOWS_64, {
    SCardGetStatusChangeW: () => SCARD.E_CANCELLED,
    SCardConnectW: () => SCARD.E_CANCELLED,
    SCardCancel: (context: bigint) => cancelled.push(context) && 0,
  });
  const question = [{ readerName: "Reader", currentState: 0 }];
  const calls = [
    api.getStatusChange(1n, 100, question),
    api.connect(2n, "Reader", 2, 3),
    api.getStatusChange(3n, 0, question),
  ];
  api.cancelAll();
  await Promise.all(calls);
  api.cancelAll();
  expect(cancelled).toEqual([1n, 2n]);
});
