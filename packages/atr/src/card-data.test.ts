import { fromHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { decodeCardCapabilities, decodeCardServiceData, decodeLifeCycle } from "./card-data.ts";

describe("decodeLifeCycle", () => {
  // ISO/IEC 7816-4, life cycle status
  it.each([
    [0x00, "no-information"],
    [0x01, "creation"],
    [0x02, "reserved"],
    [0x03, "initialisation"],
    [0x04, "deactivated"],
    [0x05, "activated"],
    [0x06, "deactivated"],
    [0x07, "activated"],
    [0x08, "reserved"],
    [0x0b, "reserved"],
    [0x0c, "termination"],
    [0x0f, "termination"],
    [0x10, "proprietary"],
    [0xff, "proprietary"],
  ])("%i", (byte, state) => {
    expect(decodeLifeCycle(byte)).toBe(state);
  });
});

describe("decodeCardServiceData", () => {
  it("A0, as pcsc-tools explains the one of sysmoUSIM-SJS1", () => {
    expect(decodeCardServiceData(0xa0)).toEqual({
      selectionByFullDfName: true,
      selectionByPartialDfName: false,
      objectsInEfDir: true,
      objectsInEfAtr: false,
      accessService: "read-record",
      hasMasterFile: true,
    });
  });

  it("how EF.DIR is read, and whether there is an MF", () => {
    expect(decodeCardServiceData(0x59)).toMatchObject({ accessService: "read-binary", hasMasterFile: false });
    expect(decodeCardServiceData(0x04).accessService).toBe("get-data");
    expect(decodeCardServiceData(0x02).accessService).toBe("reserved");
    expect(decodeCardServiceData(0x50)).toMatchObject({ selectionByPartialDfName: true, objectsInEfAtr: true });
  });
});

describe("decodeCardCapabilities", () => {
  it("BE 21 13, as pcsc-tools explains those of sysmoUSIM-SJS1", () => {
    expect(decodeCardCapabilities(fromHex("BE2113"))).toEqual({
      selection: {
        fullDfName: true,
        partialDfName: false,
        path: true,
        fileIdentifier: true,
        implicitDf: true,
        shortEfIdentifier: true,
        recordNumber: true,
        recordIdentifier: false,
      },
      dataCoding: { tlvFiles: false, writeFunctions: "proprietary", ffStartsTag: false, dataUnitQuartets: 2 },
      commands: {
        commandChaining: false,
        extendedLengths: false,
        extendedLengthInformation: false,
        channelNumberByCard: true,
        channelNumberByDevice: false,
        maxLogicalChannels: 4,
      },
    });
  });

  it("one and two bytes", () => {
    expect(decodeCardCapabilities(fromHex("FF"))).toMatchObject({ dataCoding: undefined, commands: undefined });
    expect(decodeCardCapabilities(fromHex("00F4"))).toMatchObject({
      dataCoding: { tlvFiles: true, writeFunctions: "and", ffStartsTag: true, dataUnitQuartets: 16 },
      commands: undefined,
    });
    expect(decodeCardCapabilities(fromHex("0041")).dataCoding?.writeFunctions).toBe("or");
    expect(decodeCardCapabilities(fromHex("0001")).dataCoding?.writeFunctions).toBe("one-time");
  });

  it("chaining, extended lengths, and eight channels", () => {
    expect(decodeCardCapabilities(fromHex("0000EF")).commands).toEqual({
      commandChaining: true,
      extendedLengths: true,
      extendedLengthInformation: true,
      channelNumberByCard: false,
      channelNumberByDevice: true,
      maxLogicalChannels: 8,
    });
  });

  it("one channel where nobody gives numbers", () => {
    expect(decodeCardCapabilities(fromHex("000007")).commands?.maxLogicalChannels).toBe(1);
  });

  it("refuses other lengths", () => {
    expect(() => decodeCardCapabilities(new Uint8Array(0))).toThrow("card capabilities");
    expect(() => decodeCardCapabilities(new Uint8Array(4))).toThrow("card capabilities");
  });
});
