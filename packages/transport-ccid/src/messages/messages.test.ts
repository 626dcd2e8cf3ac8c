import { FormatError, fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abortRequest,
  ccidCommand,
  CHAIN,
  CLOCK_COMMAND,
  describeSlotError,
  encodeCommand,
  encodeNotification,
  encodeProtocolData,
  encodeResponse,
  findCcidInterfaces,
  MECHANICAL_FUNCTION,
  parseClassDescriptor,
  parseClassRequest,
  parseCommand,
  parseFrequencies,
  parseNotification,
  parseProtocolData,
  parseResponse,
} from "../index.ts";
import { buildClassDescriptor } from "../testing.ts";

// USB CCID 1.1, section 6.1
const COMMANDS = [
  [
    ccidCommand.setParameters({
      protocol: 1,
      rateCode: 0x96,
      convention: "direct",
      edc: "lrc",
      extraGuardTime: 0,
      bwi: 4,
      cwi: 5,
      clockStop: 0,
      ifsc: 0xfe,
      nad: 0,
    }),
    "610700000001020100009610004500FE00",
  ],
  [
    ccidCommand.setParameters({
      protocol: 0,
      rateCode: 0x11,
      convention: "inverse",
      extraGuardTime: 0xff,
      waitingTimeInteger: 10,
      clockStop: 0,
    }),
    "61050000000102000000" + "1102FF0A00",
  ],
  [ccidCommand.iccPowerOn(3), "62000000000102030000"],
  [ccidCommand.iccPowerOff(), "63000000000102000000"],
  [ccidCommand.getSlotStatus(), "65000000000102000000"],
  [ccidCommand.secure(fromHex("0000"), 1, 2), "690200000001020102000000"],
  [ccidCommand.t0Apdu(3, 0xff, 0), "6A00000000010203FF00"],
  [ccidCommand.escape(fromHex("FF")), "6B010000000102000000FF"],
  [ccidCommand.getParameters(), "6C000000000102000000"],
  [ccidCommand.resetParameters(), "6D000000000102000000"],
  [ccidCommand.iccClock(CLOCK_COMMAND.STOP), "6E000000000102010000"],
  [ccidCommand.xfrBlock(fromHex("00E30103E1"), 3), "6F05000000010203000000E30103E1"],
  [ccidCommand.xfrBlock(new Uint8Array(0), 0, CHAIN.NEXT), "6F000000000102001000"],
  [ccidCommand.xfrBlock(new Uint8Array(0), 0, 0x0102), "6F000000000102000201"],
  [ccidCommand.mechanical(MECHANICAL_FUNCTION.EJECT), "71000000000102020000"],
  [ccidCommand.abort(), "72000000000102000000"],
  [ccidCommand.setDataRateAndClockFrequency(4_000, 9_600), "73080000000102000000A00F000080250000"],
] as const;

describe("messages to the reader", () => {
  it.each(COMMANDS)("has its bytes: %j", (command, bytes) => {
    expect(toHex(encodeCommand(command, 1, 2))).toBe(bytes);
    const parsed = parseCommand(fromHex(bytes));
    expect(parsed).toMatchObject({ name: command.name, slot: 1, sequence: 2 });
    expect(toHex(encodeCommand(parsed, 1, 2))).toBe(bytes);
  });

  it("refuses what is no byte", () => {
    expect(() => encodeCommand(ccidCommand.iccPowerOff(), 256, 0)).toThrow(FormatError);
    expect(() => encodeCommand(ccidCommand.iccPowerOn(-1), 0, 0)).toThrow("byte 7");
    expect(() => encodeCommand(ccidCommand.xfrBlock(new Uint8Array(0), 0, 0x1_0000), 0, 0)).toThrow("byte 9");
  });
});

describe("messages from the reader", () => {
  it("takes an answer to reset, a failure and a time extension apart", () => {
    expect(parseResponse(fromHex("80020000000105000000" + "3B00"))).toMatchObject({
      name: "DataBlock",
      slot: 1,
      sequence: 5,
      iccStatus: "active",
      commandStatus: "done",
      byte9: 0,
    });
    expect(parseResponse(fromHex("8100000000000042FE02"))).toMatchObject({
      name: "SlotStatus",
      iccStatus: "absent",
      commandStatus: "failed",
      error: 0xfe,
      byte9: 2,
    });
    expect(parseResponse(fromHex("80000000000000800A00")).commandStatus).toBe("time-extension");
  });

  it("refuses another length than it says, and another type", () => {
    expect(() => parseResponse(fromHex("800000000000"))).toThrow("header");
    expect(() => parseResponse(fromHex("80010000000000000000"))).toThrow("dwLength");
    expect(() => parseResponse(fromHex("8000000000000000000000"))).toThrow("dwLength");
    expect(() => parseResponse(fromHex("85000000000000000000"))).toThrow("bMessageType");
  });

  it("names errors, and offsets", () => {
    expect(describeSlotError(0xfe)).toBe("ICC_MUTE (FE)");
    expect(describeSlotError(0x05)).toContain("byte 5");
    expect(describeSlotError(0xbb)).toContain("EMV");
    expect(describeSlotError(0x90)).toContain("vendor");
    expect(describeSlotError(0xd0)).toContain("reserved");
  });
});

describe("notifications", () => {
  it("has two bits per slot", () => {
    const { name, ...rest } = parseNotification(fromHex("500B"));
    expect(name).toBe("NotifySlotChange");
    expect(rest).toEqual({
      slots: [
        { present: true, changed: true },
        { present: false, changed: true },
        { present: false, changed: false },
        { present: false, changed: false },
      ],
    });
    expect(parseNotification(fromHex("51010203"))).toEqual({ name: "HardwareError", slot: 1, sequence: 2, code: 3 });
  });

  it("refuses what is none", () => {
    for (const bytes of ["", "50", "52", "510102", "5101020304"])
      expect(() => parseNotification(fromHex(bytes))).toThrow(FormatError);
  });
});

describe("class requests", () => {
  it("names slot and sequence in ABORT", () => {
    const setup = abortRequest(2, 1, 0x34);
    expect(setup).toEqual({ requestType: "class", recipient: "interface", request: 1, value: 0x3401, index: 2 });
    expect(parseClassRequest(setup)).toEqual({ name: "ABORT", slot: 1, sequence: 0x34 });
    expect(() => parseClassRequest({ request: 9, value: 0 })).toThrow(FormatError);
  });

  it("has rates as DWORDs, none of them cut", () => {
    expect(parseFrequencies(fromHex("A00F00000A000000"))).toEqual([4_000, 10]);
    expect(() => parseFrequencies(fromHex("A00F0000 0A"))).toThrow("dwFrequency[1]");
  });
});

const byte = fc.integer({ min: 0, max: 255 });
const data = fc.uint8Array({ maxLength: 300 });

describe("whatever the bytes", () => {
  it("parses or refuses by a FormatError", () => {
    const parsers: ((bytes: Uint8Array) => unknown)[] = [
      parseCommand,
      parseResponse,
      parseNotification,
      parseFrequencies,
      parseClassDescriptor,
      findCcidInterfaces,
      (bytes) => parseProtocolData(bytes[0] ?? 0, bytes.subarray(1)),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...parsers), data, (parse, bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          if (!isFormatError(error)) throw error;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("comes back as it was", () => {
    fc.assert(
      fc.property(byte, byte, byte, byte, byte, data, (slot, sequence, status, error, byte9, abData) => {
        const bytes = encodeResponse({
          name: "DataBlock",
          slot,
          sequence,
          iccStatus: (["active", "inactive", "absent"] as const)[status % 3] ?? "absent",
          commandStatus: (["done", "failed", "time-extension", "reserved"] as const)[status & 3] ?? "reserved",
          error,
          byte9,
          data: abData,
        });
        expect(encodeResponse(parseResponse(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), (states) => {
        const bytes = Uint8Array.of(0x50, ...states);
        expect(encodeNotification(parseNotification(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(byte, byte, byte, byte, (rateCode, extraGuardTime, waitingTimeInteger, clockStop) => {
        const parameters = {
          protocol: 0,
          rateCode,
          extraGuardTime,
          waitingTimeInteger,
          clockStop,
          convention: "direct",
        } as const;
        expect(parseProtocolData(0, encodeProtocolData(parameters))).toEqual(parameters);
      }),
    );
  });
});

describe("configuration descriptors", () => {
  const CLASS = toHex(buildClassDescriptor());
  const INTERFACE = "09040000030B000000";
  const ENDPOINTS = "070581024000000705020240000007058303080010";

  function configuration(...parts: readonly string[]): Uint8Array {
    const body = parts.join("");
    const total = 9 + body.length / 2;
    return fromHex(`0902${total.toString(16).padStart(2, "0")}000101008032${body}`);
  }

  it("finds the class descriptor behind the interface, and behind its endpoints", () => {
    for (const bytes of [
      configuration(INTERFACE, CLASS, ENDPOINTS),
      configuration(INTERFACE, ENDPOINTS, CLASS),
      configuration(INTERFACE, CLASS.replace("3621", "36FF"), ENDPOINTS),
      configuration(INTERFACE.replace("0B", "FF"), CLASS, ENDPOINTS),
    ])
      expect(findCcidInterfaces(bytes)).toMatchObject([
        {
          interfaceNumber: 0,
          transport: "bulk",
          bulkIn: { endpointNumber: 1, packetSize: 64 },
          bulkOut: { endpointNumber: 2, packetSize: 64 },
          interruptIn: { endpointNumber: 3, packetSize: 8 },
        },
      ]);
  });

  it("leaves out what is no reader", () => {
    expect(findCcidInterfaces(configuration(INTERFACE, ENDPOINTS))).toEqual([]);
    expect(findCcidInterfaces(configuration(INTERFACE.replace("0B", "03"), CLASS, ENDPOINTS))).toEqual([]);
    expect(findCcidInterfaces(configuration(INTERFACE, CLASS))).toEqual([]);
  });

  it("refuses descriptors that do not fit", () => {
    expect(() => findCcidInterfaces(fromHex("0902"))).toThrow("bLength");
    expect(() => findCcidInterfaces(configuration(INTERFACE).subarray(0, 12))).toThrow("wTotalLength");
    expect(() => findCcidInterfaces(configuration("0004"))).toThrow("does not fit");
    expect(() => findCcidInterfaces(configuration("0904000003"))).toThrow("does not fit");
  });
});
