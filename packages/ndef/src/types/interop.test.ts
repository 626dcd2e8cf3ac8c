import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it, test } from "vitest";
import { encodeRecords } from "../wire/encode.ts";
import { parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { bluetoothRecord, parseBluetooth } from "./bluetooth.ts";
import { deviceInformationRecord, parseDeviceInformation } from "./device-information.ts";
import { handoverRecords, parseHandover, parseHandoverCarrier } from "./handover.ts";
import { parseSignature, signatureRecord } from "./signature.ts";
import { parseSmartPoster, smartPosterRecord } from "./smart-poster.ts";
import { parseText, textRecord } from "./text.ts";
import { parseUri, uriRecord } from "./uri.ts";
import { parseWifi } from "./wifi.ts";

/** Octets that other implementations agree on, each record type with what it means. */

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const octets = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));
const records = (hex: string): readonly RawRecord[] => parseRecords(octets(hex)).records;
const one = (hex: string): RawRecord => records(hex)[0]!;
const written = (...all: readonly RawRecord[]): string => toHex(encodeRecords(all));
/** A record with a payload that may be too long or too short for its type. */
const wellKnown = (type: string, payload: string): RawRecord => ({
  tnf: Tnf.wellKnown,
  type: utf8(type),
  id: utf8(""),
  payload: octets(payload),
});
const mime = (type: string, payload: string): RawRecord => ({ ...wellKnown(type, payload), tnf: Tnf.mime });
const same = (hex: string): string => toHex(octets(hex));

describe("text", () => {
  test.each([
    ["02656E", { text: "", lang: "en", encoding: "utf-8" }],
    ["02656E48656C6C6F", { text: "Hello", lang: "en", encoding: "utf-8" }],
    ["82656EFFFE480065006C006C006F00", { text: "Hello", lang: "en", encoding: "utf-16" }],
    ["02656CCE94", { text: "\u0394", lang: "el", encoding: "utf-8" }],
    ["82656CFFFE9403", { text: "\u0394", lang: "el", encoding: "utf-16" }],
    ["02656EE5AFBFE58FB8", { text: "寿司", lang: "en", encoding: "utf-8" }],
  ])("%s", (payload, expected) => {
    expect(parseText(wellKnown("T", payload))).toEqual(expected);
  });

  test.each(["82656E54", "02656EFFFE5400", "01"])("%s is refused", (payload) => {
    expect(() => parseText(wellKnown("T", payload))).toThrow();
  });

  test("two languages", () => {
    expect(written(textRecord("TXT1"), textRecord("TXT2"))).toBe("9101075402656E545854315101075402656E54585432");
  });
});

describe("addresses", () => {
  test.each([
    ["D1010A55036E666370792E6F7267", "http://nfcpy.org"],
    ["D1010A55046E666370792E6F7267", "https://nfcpy.org"],
    ["D101115500736D74703A2F2F6E666370792E6F7267", "smtp://nfcpy.org"],
    ["D101065511" + "6E66637079", "imap:nfcpy"],
    ["D101085511" + "2F2F6E66637079", "imap://nfcpy"],
    ["D10106551E" + "3132333435", "urn:epc:id:12345"],
    ["D101065522" + "3132333435", "urn:epc:12345"],
    ["D101065523" + "3132333435", "urn:nfc:12345"],
    ["D101015500", ""],
  ])("%s", (hex, uri) => {
    expect(parseUri(one(hex))).toBe(uri);
    expect(written(uriRecord(uri))).toBe(hex);
  });

  test.each(["0380", "0300", "246E66637079", "FF6E66637079"])("%s is refused", (payload) => {
    expect(() => parseUri(wellKnown("U", payload))).toThrow();
  });
});

describe("smart poster", () => {
  test.each([
    ["D102055370 D101015500", { uri: "" }],
    ["D1020E5370 D1010A55036E666370792E6F7267", { uri: "http://nfcpy.org" }],
    [
      "D1021A5370 91010A55036E666370792E6F7267 5101085402656E6E66637079",
      { uri: "http://nfcpy.org", titles: [{ text: "nfcpy" }] },
    ],
    [
      "D102215370 91010A55036E666370792E6F7267 1101085402656E6E66637079 51030161637400",
      { uri: "http://nfcpy.org", titles: [{ text: "nfcpy" }], action: "do" },
    ],
    [
      "D102195370 9101015500 520908 696D6167652F706E67 89504E470D0A1A0A",
      { uri: "", icons: [{ mediaType: "image/png", data: octets("89504E470D0A1A0A") }] },
    ],
    [
      "D102125370 9101015500 520901 766964656F2F6D7034 00",
      { uri: "", icons: [{ mediaType: "video/mp4", data: octets("00") }] },
    ],
  ] as const)("%s", (hex, content) => {
    expect(parseSmartPoster(one(hex))).toMatchObject(content);
    expect(written(smartPosterRecord(content))).toBe(same(hex));
  });

  test.each([
    "",
    "9101015500 5101015500",
    "9101015500 51030061637400".slice(0, -2),
    "9101015500 51010373000000",
    "9101015500 510105730000000000",
    "9101015500 51010674FF6578742F70",
  ])("%s is refused", (payload) => {
    expect(() => parseSmartPoster(wellKnown("Sp", payload))).toThrow();
  });
});

describe("handover", () => {
  const carrier: RawRecord = { ...mime("a/b", "0001"), id: utf8("1") };

  test.each([
    ["D102014872 11", { kind: "request", minorVersion: 1, alternatives: [] }],
    [
      "91020A4872 11 D10204616301013100 5A030201612F62310001",
      { kind: "request", minorVersion: 1, alternatives: [{ powerState: "active", carrier, auxiliary: [] }] },
    ],
    ["D102084872 12 D1020263721234", { kind: "request", minorVersion: 2, collisionNumber: 0x1234, alternatives: [] }],
    ["D102014873 13", { kind: "select", minorVersion: 3, alternatives: [] }],
    [
      "D102094873 13 D1030265727201FF",
      { kind: "select", minorVersion: 3, alternatives: [], error: { reason: 1, data: octets("FF") } },
    ],
    [
      "D1020C4873 12 D103056572720200000100",
      { kind: "select", minorVersion: 2, alternatives: [], error: { reason: 2, data: octets("00000100") } },
    ],
    [
      "9102124873 13 91020461630101310051030265727201FF 5A030201612F62310001",
      {
        kind: "select",
        minorVersion: 3,
        alternatives: [{ powerState: "active", carrier, auxiliary: [] }],
        error: { reason: 1, data: octets("FF") },
      },
    ],
    ["D10201486D 13", { kind: "mediation", minorVersion: 3, alternatives: [] }],
    [
      "91020A4869 13 D10204616301013100 5A030201612F62310001",
      { kind: "initiate", minorVersion: 3, alternatives: [{ powerState: "active", carrier, auxiliary: [] }] },
    ],
    [
      "D1020E4873 11 D20A00746578742F706C61696E",
      { kind: "select", minorVersion: 1, alternatives: [], others: [mime("text/plain", "")] },
    ],
  ] as const)("%s", (hex, content) => {
    expect(parseHandover(records(hex))).toEqual({ majorVersion: 1, ...content });
    expect(written(...handoverRecords(content))).toBe(same(hex));
  });

  test("a carrier of which only the type is offered", () => {
    const all = records("9102114872 12 91020263721234 510204616301013100 590205014863310203612F62");
    const { alternatives } = parseHandover(all);
    expect(parseHandoverCarrier(alternatives[0]!.carrier)).toEqual({
      typeFormat: 2,
      type: utf8("a/b"),
      data: utf8(""),
    });
    expect(() => parseHandoverCarrier(wellKnown("Hc", "0001"))).toThrow("carrier type at offset 2");
  });

  test.each([
    ["Hr", "12", "a request of version 1.2 has one"],
    ["Hs", "12 D10301657272 01", "error data: has 1 bytes, not 0"],
    ["Hs", "12 D10306657272 020000000000", "error data: has 4 bytes, not 5"],
    ["Hs", "12 D10301657272 00", "0 is reserved"],
    ["Hs", "12 D10201616300", "reference length"],
    ["Hs", "12 D102046163 00000000", "1 bytes are left over"],
    ["Hs", "12 D102046163 00000101", "reference at offset 4"],
    ["Hr", "12 D10203637212 3456", "collision resolution record"],
  ])("%s %s is refused", (type, payload, message) => {
    expect(() => parseHandover([wellKnown(type, payload)])).toThrow(message);
  });

  it("is not made with what would be refused", () => {
    const init = { kind: "request", minorVersion: 2, alternatives: [] } as const;
    expect(() => handoverRecords(init)).toThrow("a request of version 1.2 has one");
    const error = { reason: 2, data: octets("01") };
    expect(() => handoverRecords({ ...init, kind: "select", error })).toThrow("error data: has 4 bytes, not 1");
  });
});

describe("Bluetooth", () => {
  const address = octets("010203040506");
  const structures = [{ type: 0xff, data: utf8("ab") }];

  test("Easy Pairing, with and without zeros between structures", () => {
    const record = bluetoothRecord({ kind: "classic", address, structures });
    expect(toHex(record.payload)).toBe("0C0006050403020103FF6162");
    expect(parseBluetooth(record)).toMatchObject({ address, structures });
    const padded = mime("application/vnd.bluetooth.ep.oob", "0D000605040302010003FF6162");
    expect(parseBluetooth(padded)).toMatchObject({ address, structures });
  });

  test("Low Energy without a role, and without anything", () => {
    const le = (payload: string): RawRecord => mime("application/vnd.bluetooth.le.oob", payload);
    for (const payload of ["081B0605040302010003FF6162", "081B060504030201000003FF6162"])
      expect(parseBluetooth(le(payload))).toMatchObject({ address, addressType: "public", leRole: undefined });
    expect(parseBluetooth(le(""))).toMatchObject({ address: undefined, structures: [] });
  });

  test.each([
    ["application/vnd.bluetooth.ep.oob", "0C0006050403020103FF61"],
    ["application/vnd.bluetooth.le.oob", "081B06050403020100 04FF6162"],
    ["application/vnd.bluetooth.le.oob", "071B060504030201"],
  ])("%s %s is refused", (type, payload) => {
    expect(() => parseBluetooth(mime(type, payload))).toThrow();
  });

  test("a class of device that does not fit", () => {
    for (const classOfDevice of [0x1000000, -1])
      expect(() => bluetoothRecord({ kind: "classic", address, classOfDevice })).toThrow("class of device");
  });
});

describe("Wi-Fi", () => {
  const password = "102C 0016 0A38808C8675902968A80B7C7863E0B1D4D8911D 0007";
  const versions = "1049 0006 00372A000120 104A 0001 10";

  test.each([`${password} ${versions}`, `0029 ${password} ${versions}`])("a password token: %s", (payload) => {
    const { credentials, attributes } = parseWifi(mime("application/vnd.wfa.wsc", payload));
    expect(credentials).toEqual([]);
    expect(attributes.map(({ id }) => id)).toEqual([0x102c, 0x1049, 0x104a]);
    expect(toHex(attributes[0]!.value)).toBe("0A38808C8675902968A80B7C7863E0B1D4D8911D0007");
  });

  test("a length that is not that of what follows is none", () => {
    expect(() => parseWifi(mime("application/vnd.wfa.wsc", `0028 ${password} ${versions}`))).toThrow();
  });
});

describe("signature and device information", () => {
  test("without a signature", () => {
    const signature = parseSignature(wellKnown("Sig", "200002000000"));
    expect(signature).toMatchObject({ version: 2, type: "none", hashType: 2, signature: utf8(""), certificates: [] });
    expect(toHex(signatureRecord(signature).payload)).toBe("200002000000");
  });

  test.each([
    ["0007436F6D70616E79 0106446576696365", { vendorName: "Company", modelName: "Device" }],
    [
      "0007436F6D70616E79 0106446576696365 02044E616D65 0310123E4567E89B12D3A456426655440000 040631302E312E35 FF03313233",
      {
        vendorName: "Company",
        modelName: "Device",
        uniqueName: "Name",
        uuid: octets("123E4567E89B12D3A456426655440000"),
        version: "10.1.5",
        others: [{ type: 0xff, value: utf8("123") }],
      },
    ],
  ])("a device: %s", (payload, content) => {
    expect(parseDeviceInformation(wellKnown("Di", payload))).toEqual(content);
    expect(toHex(deviceInformationRecord(content).payload)).toBe(same(payload));
  });

  test("a device without its maker's name", () => {
    expect(() => parseDeviceInformation(wellKnown("Di", "0100"))).toThrow("vendor name is missing");
  });
});
