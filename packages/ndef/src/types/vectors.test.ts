import { fromHex, toHex } from "@cardwire/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecords } from "../wire/encode.ts";
import { isNdefError } from "../wire/errors.ts";
import { parseRecords } from "../wire/parse.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { BluetoothAdType, bluetoothRecord, parseBluetooth } from "./bluetooth.ts";
import { deviceInformationRecord, parseDeviceInformation } from "./device-information.ts";
import { androidApplicationRecord, externalRecord, isAndroidApplication, parseAndroidApplication } from "./external.ts";
import { handoverCarrierRecord, handoverRecords, isHandover, parseHandover, parseHandoverCarrier } from "./handover.ts";
import { isVcard, mimeRecord, parseMime, parseVcard, vcardRecord } from "./mime.ts";
import { parseSignature, signatureRecord, signedRecords } from "./signature.ts";
import { parseSmartPoster, smartPosterRecord } from "./smart-poster.ts";
import { parseText, textRecord } from "./text.ts";
import { parseTnepService, parseTnepStatus, tnepSelectRecord, tnepServiceRecord } from "./tnep.ts";
import { parseUri, uriRecord } from "./uri.ts";
import { parseWifi, WifiAuthentication, WifiEncryption, wifiRecord } from "./wifi.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const records = (hex: string): readonly RawRecord[] => parseRecords(fromHex(hex)).records;
const one = (hex: string): RawRecord => records(hex)[0]!;
const written = (...all: readonly RawRecord[]): string => toHex(encodeRecords(all));

describe("smart poster", () => {
  const hex =
    "D1025C537091010E55046578616D706C652E636F6D2F701101095402656E506F7374657211010954026465506C616B617411030161637400120908696D6167652F706E6789504E470D0A1A0A110104730000100051010974746578742F68746D6C";
  const content = {
    uri: "https://example.com/p",
    titles: [
      { text: "Poster", lang: "en", encoding: "utf-8" },
      { text: "Plakat", lang: "de", encoding: "utf-8" },
    ],
    action: "do",
    sizeBytes: 4096,
    objectType: "text/html",
    icons: [{ mediaType: "image/png", data: fromHex("89504E470D0A1A0A") }],
  } as const;

  it("with everything", () => {
    expect(parseSmartPoster(one(hex))).toEqual(content);
    expect(written(smartPosterRecord(content))).toBe(hex);
  });

  it("with nothing but its URI, and with an action that is reserved", () => {
    expect(parseSmartPoster(smartPosterRecord({ uri: "https://a.b" }))).toEqual({
      uri: "https://a.b",
      titles: [],
      action: undefined,
      sizeBytes: undefined,
      objectType: undefined,
      icons: [],
    });
    const reserved = hex.replace("61637400", "61637409");
    expect(parseSmartPoster(one(reserved)).action).toBeUndefined();
  });

  it("is refused without a URI, with two, and with fields of another length", () => {
    const poster = (...inner: readonly RawRecord[]): RawRecord => ({ ...one(hex), payload: encodeRecords(inner) });
    const local = (type: string, payload: Uint8Array): RawRecord => ({
      tnf: Tnf.wellKnown,
      type: ascii(type),
      id: ascii(""),
      payload,
    });
    const uri = uriRecord("https://a.b");
    expect(() => parseSmartPoster(one("D102075370D101035402656E"))).toThrow("exactly one URI record, not 0");
    expect(() => parseSmartPoster(poster(uri, uri))).toThrow("exactly one URI record, not 2");
    expect(() => parseSmartPoster(poster(uri, local("act", ascii(""))))).toThrow("action: has 1 byte");
    expect(() => parseSmartPoster(poster(uri, local("s", fromHex("000100"))))).toThrow("size: has 4 bytes");
    expect(() => parseSmartPoster(poster(uri, local("t", ascii("a/b")), local("t", ascii("a/b"))))).toThrow("2 times");
    expect(() => smartPosterRecord({ uri: "a:b", sizeBytes: 2 ** 32 })).toThrow("does not fit into 4 bytes");
    expect(parseSmartPoster(poster(uri, local("x", ascii("?")))).uri).toBe("https://a.b");
  });
});

describe("MIME, vCard, external types and applications", () => {
  it("MIME", () => {
    const hex = "DA1007026170706C69636174696F6E2F6A736F6E78317B2261223A317D";
    expect(parseMime(one(hex))).toEqual({ mediaType: "application/json", data: ascii('{"a":1}') });
    expect(written(mimeRecord("application/json", ascii('{"a":1}'), { id: ascii("x1") }))).toBe(hex);
    expect(() => mimeRecord("json", ascii(""))).toThrow("no media type");
    expect(() => parseMime(textRecord(""))).toThrow("TNF: 1 is not 2");
  });

  it("vCard", () => {
    const vcard = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë\r\nEND:VCARD\r\n";
    expect(parseVcard(vcardRecord(vcard))).toBe(vcard);
    expect(isVcard(mimeRecord("text/x-vCard; charset=utf-8", ascii("")))).toBe(true);
    expect(isVcard(mimeRecord("text/plain", ascii("")))).toBe(false);
    expect(() => parseVcard(textRecord(vcard))).toThrow("no vCard");
  });

  it("external", () => {
    const hex = "D410036578616D706C652E636F6D3A64656D6F010203";
    expect(written(externalRecord("example.com:demo", fromHex("010203")))).toBe(hex);
    for (const type of ["example.com", "example.com:", ":demo", "example.com:a b", "a:" + "b".repeat(254)])
      expect(() => externalRecord(type, ascii(""))).toThrow("domain:name");
  });

  it("Android application", () => {
    const hex = "91010D55046578616D706C652E636F6D2F540F0F616E64726F69642E636F6D3A706B67636F6D2E6578616D706C652E617070";
    const [, application] = records(hex);
    expect(parseAndroidApplication(application!)).toBe("com.example.app");
    expect(written(uriRecord("https://example.com/"), androidApplicationRecord("com.example.app"))).toBe(hex);
    expect(isAndroidApplication({ ...application!, type: ascii("Android.COM:PKG") })).toBe(true);
    expect(isAndroidApplication(textRecord(""))).toBe(false);
  });
});

describe("Bluetooth", () => {
  const address = fromHex("112233445566");

  it("Low Energy", () => {
    const hex =
      "DA2012016170706C69636174696F6E2F766E642E626C7565746F6F74682E6C652E6F6F6230081B66554433221100021C00050944656D6F";
    expect(parseBluetooth(one(hex))).toMatchObject({
      kind: "le",
      address,
      addressType: "public",
      leRole: "peripheral",
      name: "Demo",
      classOfDevice: undefined,
    });
    const init = { kind: "le", address, addressType: "public", leRole: "peripheral", name: "Demo" } as const;
    expect(written(bluetoothRecord(init, { id: ascii("0") }))).toBe(hex);
    expect(parseBluetooth(bluetoothRecord({ ...init, kind: "secure-le", addressType: "random" }))).toMatchObject({
      kind: "secure-le",
      addressType: "random",
    });
  });

  it("BR/EDR", () => {
    const hex =
      "D220176170706C69636174696F6E2F766E642E626C7565746F6F74682E65702E6F6F621700665544332211040D040424050944656D6F03030B11";
    expect(parseBluetooth(one(hex))).toMatchObject({
      kind: "classic",
      address,
      classOfDevice: 0x240404,
      name: "Demo",
      structures: [{ type: 0x0d }, { type: 0x09 }, { type: BluetoothAdType.complete16BitUuids, data: fromHex("0B11") }],
    });
    const structures = [{ type: BluetoothAdType.complete16BitUuids, data: fromHex("0B11") }];
    expect(
      written(bluetoothRecord({ kind: "classic", address, classOfDevice: 0x240404, name: "Demo", structures })),
    ).toBe(hex);
  });

  it("takes a length word of any value and zeros between structures, and refuses what is cut", () => {
    const raw = one(
      "D220176170706C69636174696F6E2F766E642E626C7565746F6F74682E65702E6F6F621700665544332211040D040424050944656D6F03030B11",
    );
    const payload = (hex: string): RawRecord => ({ ...raw, payload: fromHex(hex) });
    expect(parseBluetooth(payload("0017665544332211")).structures).toEqual([]);
    expect(parseBluetooth(payload("08006655443322110000")).structures).toEqual([]);
    expect(() => parseBluetooth(payload("08006655443322"))).toThrow("device address at offset 2");
    expect(() => parseBluetooth(payload("0A00665544332211050944"))).toThrow("AD data at offset 10");
    expect(() => parseBluetooth(payload("0A00665544332211020D00"))).toThrow("class of device: has 3 bytes, not 1");
    expect(() => parseBluetooth(textRecord(""))).toThrow("no Bluetooth");
    expect(() => bluetoothRecord({ kind: "classic", address: fromHex("11") })).toThrow("device address");
  });
});

describe("Wi-Fi", () => {
  const hex =
    "D217466170706C69636174696F6E2F766E642E7766612E777363100E0033100300020020100F0002000810200006FFFFFFFFFFFF10260001011027000970617373776F7264311045000744656D6F4E65741049000600372A000120104A000110";

  it("joins a network", () => {
    const { credentials, attributes } = parseWifi(one(hex));
    expect(credentials).toEqual([
      {
        ssid: ascii("DemoNet"),
        authentication: WifiAuthentication.wpa2Personal,
        encryption: WifiEncryption.aes,
        networkKey: ascii("password1"),
        macAddress: fromHex("FFFFFFFFFFFF"),
        networkIndex: 1,
      },
    ]);
    expect(attributes.map(({ id }) => id)).toEqual([0x100e, 0x1049, 0x104a]);
    const init = { ssid: "DemoNet", networkKey: ascii("password1"), authentication: 0x20, encryption: 0x08 };
    expect(written(wifiRecord(init))).toBe(hex);
  });

  it("is refused with missing or overlong parts", () => {
    const raw = one(hex);
    const change = (from: string, to: string): RawRecord => ({
      ...raw,
      payload: fromHex(toHex(raw.payload).replace(from, to)),
    });
    expect(() => parseWifi(change("1045", "1046"))).toThrow("SSID: is missing");
    expect(() => parseWifi(change("10030002", "10040002"))).toThrow("authentication type");
    expect(() => parseWifi(change("100E0033", "100E00FF"))).toThrow("attribute value at offset 4");
    expect(() => wifiRecord({ ssid: "x".repeat(33), authentication: 1, encryption: 1 })).toThrow("32 fit");
    expect(() => wifiRecord({ ssid: "x", networkKey: "x".repeat(65), authentication: 1, encryption: 1 })).toThrow(
      "64 fit",
    );
  });
});

describe("handover", () => {
  const selectHex =
    "91020A487313D102046163010130005A2012016170706C69636174696F6E2F766E642E626C7565746F6F74682E6C652E6F6F6230081B66554433221100021C00050944656D6F";
  const requestHex =
    "910211487212910202637212345102046163030177005902190148637702176170706C69636174696F6E2F766E642E7766612E777363";

  it("select", () => {
    const all = records(selectHex);
    const handover = parseHandover(all);
    expect(handover).toEqual({
      kind: "select",
      majorVersion: 1,
      minorVersion: 3,
      alternatives: [{ powerState: "active", carrier: all[1], auxiliary: [] }],
    });
    expect(written(...handoverRecords(handover))).toBe(selectHex);
    expect(isHandover(all[0]!)).toBe(true);
    expect(isHandover(all[1]!)).toBe(false);
  });

  it("request", () => {
    const all = records(requestHex);
    const handover = parseHandover(all);
    expect(handover).toMatchObject({ kind: "request", minorVersion: 2, collisionNumber: 0x1234 });
    const { carrier, powerState } = handover.alternatives[0]!;
    expect(powerState).toBe("unknown");
    expect(parseHandoverCarrier(carrier)).toEqual({
      typeFormat: 2,
      type: ascii("application/vnd.wfa.wsc"),
      data: ascii(""),
    });
    const again = handoverCarrierRecord(parseHandoverCarrier(carrier), { id: ascii("w") });
    expect(
      written(...handoverRecords({ ...handover, alternatives: [{ powerState, carrier: again, auxiliary: [] }] })),
    ).toBe(requestHex);
  });

  it("select without an alternative, for a reason", () => {
    const hex = "D10209487313D103026572720364";
    const handover = parseHandover(records(hex));
    expect(handover).toMatchObject({ alternatives: [], error: { reason: 3, data: Uint8Array.of(100) } });
    expect(written(...handoverRecords(handover))).toBe(hex);
    expect(parseHandover([{ ...one(hex), payload: Uint8Array.of(0x12) }]).alternatives).toEqual([]);
  });

  it("leaves out what it refers to in vain, and keeps auxiliary records", () => {
    const [select, carrier] = records(selectHex);
    expect(parseHandover([select!]).alternatives).toEqual([]);
    const auxiliary = [{ ...textRecord("extra"), id: ascii("a") }];
    const all = handoverRecords({
      kind: "select",
      minorVersion: 5,
      alternatives: [
        { powerState: "inactive", carrier: carrier!, auxiliary },
        { powerState: "activating", carrier: { ...carrier!, id: ascii("1") }, auxiliary },
      ],
    });
    expect(all).toHaveLength(4);
    expect(parseHandover(all).alternatives.map((one) => [one.powerState, one.auxiliary.length])).toEqual([
      ["inactive", 1],
      ["activating", 1],
    ]);
  });

  it("is refused in another major version, and without ids", () => {
    const [select, carrier] = records(selectHex);
    expect(() => parseHandover([{ ...select!, payload: Uint8Array.of(0x20) }])).toThrow("major version at offset 0");
    expect(() => parseHandover([carrier!])).toThrow("no handover record");
    expect(() => parseHandover([])).toThrow("no handover record");
    const alternative = { powerState: "active", carrier: textRecord(""), auxiliary: [] } as const;
    const init = { kind: "select", minorVersion: 2 } as const;
    expect(() => handoverRecords({ ...init, alternatives: [alternative] })).toThrow("needs an id");
    const two = [carrier!, { ...carrier!, payload: ascii("") }].map((one) => ({ ...alternative, carrier: one }));
    expect(() => handoverRecords({ ...init, alternatives: two })).toThrow("the same id");
    expect(() => handoverRecords({ ...init, minorVersion: 16, alternatives: [] })).toThrow("not 0 to 15");
  });
});

describe("signature", () => {
  const hex = `91010D55046578616D706C652E636F6D2F510346536967200B020040${"00".repeat(64)}00`;
  it("of version 2", () => {
    const all = records(hex);
    const signature = {
      version: 2,
      type: "ecdsa-p256",
      hashType: 2,
      signature: new Uint8Array(64),
      certificateFormat: 0,
      certificates: [],
      chainUri: undefined,
    } as const;
    expect(parseSignature(all[1]!)).toEqual(signature);
    expect(written(all[0]!, signatureRecord(signature))).toBe(hex);
    expect(signedRecords(all, 1)).toEqual([all[0]]);
    expect(signedRecords([all[1]!, all[0]!, all[0]!, all[1]!], 3)).toHaveLength(2);
  });

  it("of version 1, by URI, with certificates and a chain", () => {
    const signature = {
      version: 1,
      type: "rsassa-pkcs1-2048",
      hashType: undefined,
      signature: { uri: "https://example.com/s" },
      certificateFormat: 1,
      certificates: [fromHex("3000"), fromHex("")],
      chainUri: "https://example.com/c",
    } as const;
    expect(parseSignature(signatureRecord(signature))).toEqual(signature);
  });

  it("is refused with another version, a reserved type, or bytes left over", () => {
    const raw = records(hex)[1]!;
    const head = (bytes: string): RawRecord => ({ ...raw, payload: fromHex(bytes) });
    expect(() => parseSignature(head("21"))).toThrow("version at offset 0");
    expect(() => parseSignature(head("200C"))).toThrow("signature type at offset 1: 12 is reserved");
    expect(() => parseSignature(head("200B0200000000"))).toThrow("left over");
    expect(() => parseSignature(head("200B02000000"))).not.toThrow();
    expect(() => parseSignature(head("200B02000001"))).toThrow("certificate length");
  });
});

describe("device information and TNEP", () => {
  it("device information", () => {
    const hex = "D102104469000441636D650103542D310403312E30";
    const content = { vendorName: "Acme", modelName: "T-1", version: "1.0" };
    expect(parseDeviceInformation(one(hex))).toEqual(content);
    expect(written(deviceInformationRecord(content))).toBe(hex);
    const more = { ...content, uniqueName: "u", uuid: new Uint8Array(16), others: [{ type: 9, value: ascii("x") }] };
    expect(parseDeviceInformation(deviceInformationRecord(more))).toEqual(more);
    expect(() => parseDeviceInformation({ ...one(hex), payload: fromHex("000141") })).toThrow("model name is missing");
    expect(() => parseDeviceInformation({ ...one(hex), payload: fromHex("03020000") })).toThrow(
      "UUID: has 16 bytes, not 2",
    );
  });

  it("TNEP", () => {
    const service = {
      version: 0x10,
      uri: "urn:nfc:sn:handover",
      communicationMode: 0,
      waitingTime: 1,
      maxExtensions: 2,
      maxMessageBytes: 0x100,
    };
    const record = tnepServiceRecord(service);
    expect(parseTnepService(record)).toEqual(service);
    expect(toHex(record.payload)).toBe(`1013${toHex(ascii(service.uri))}0001020100`);
    expect(toHex(tnepSelectRecord("").payload)).toBe("00");
    expect(parseTnepStatus({ ...record, type: ascii("Te"), payload: fromHex("00") })).toBe(0);
    expect(() => tnepServiceRecord({ ...service, maxMessageBytes: 65_536 })).toThrow("does not fit into 2 bytes");
  });
});

it("any payload is decoded or refused", () => {
  const types: readonly (readonly [RawRecord, (record: RawRecord) => unknown])[] = [
    [textRecord(""), parseText],
    [uriRecord("a:b"), parseUri],
    [smartPosterRecord({ uri: "a:b" }), parseSmartPoster],
    [wifiRecord({ ssid: "", authentication: 1, encryption: 1 }), parseWifi],
    [bluetoothRecord({ kind: "classic", address: new Uint8Array(6) }), parseBluetooth],
    [
      bluetoothRecord({ kind: "le", address: new Uint8Array(6), addressType: "public", leRole: "central" }),
      parseBluetooth,
    ],
    [
      handoverRecords({ kind: "request", minorVersion: 2, collisionNumber: 1, alternatives: [] })[0]!,
      (one) => parseHandover([one]),
    ],
    [handoverCarrierRecord({ typeFormat: 2, type: ascii("a/b"), data: ascii("") }), parseHandoverCarrier],
    [
      signatureRecord({
        version: 2,
        type: "none",
        hashType: 2,
        signature: ascii(""),
        certificateFormat: 0,
        certificates: [],
        chainUri: undefined,
      }),
      parseSignature,
    ],
    [deviceInformationRecord({ vendorName: "", modelName: "" }), parseDeviceInformation],
    [vcardRecord(""), parseVcard],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      ([record, decode], other, changes) => {
        const payload = (other ?? record.payload).slice();
        for (const [at, value] of changes) if (payload.length > 0) payload[at % payload.length] = value;
        try {
          decode({ ...record, payload });
        } catch (error) {
          expect(isNdefError(error)).toBe(true);
        }
      },
    ),
    { numRuns: 400 },
  );
});
