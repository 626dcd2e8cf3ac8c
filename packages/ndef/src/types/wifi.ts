import { concatBytes } from "@cardwire/core";
import { NdefError } from "../wire/errors.ts";
import type { RawRecord } from "../wire/raw-record.ts";
import { Tnf } from "../wire/tnf.ts";
import { exactly, uintBytes } from "./integers.ts";
import { mimeRecord } from "./mime.ts";
import { PayloadReader } from "./payload-reader.ts";
import { payloadOf, type RecordLike } from "./record-like.ts";
import { utf8Bytes } from "./strings.ts";

const MEDIA_TYPE = "application/vnd.wfa.wsc";

/** An attribute of Wi-Fi Simple Configuration: what it means, its number says (WSC 2.0.2 table 28). */
export interface WifiAttribute {
  readonly id: number;
  readonly value: Uint8Array;
}

/** Numbers of attributes. */
export const WifiAttributeId = {
  authenticationType: 0x1003,
  credential: 0x100e,
  encryptionType: 0x100f,
  macAddress: 0x1020,
  networkIndex: 0x1026,
  networkKey: 0x1027,
  outOfBandPassword: 0x102c,
  ssid: 0x1045,
  vendorExtension: 0x1049,
  version: 0x104a,
} as const;

/** How a network lets devices in: bits, WPA and WPA2 together are 0022. */
export const WifiAuthentication = {
  open: 0x0001,
  wpaPersonal: 0x0002,
  shared: 0x0004,
  wpaEnterprise: 0x0008,
  wpa2Enterprise: 0x0010,
  wpa2Personal: 0x0020,
} as const;

/** How a network encrypts: bits, TKIP and AES together are 000C. */
export const WifiEncryption = { none: 0x0001, wep: 0x0002, tkip: 0x0004, aes: 0x0008 } as const;

/** What a device needs to join a network. */
export interface WifiCredential {
  /** 0–32 bytes, mostly UTF-8. */
  readonly ssid: Uint8Array;
  /** Bits of {@link WifiAuthentication}. */
  readonly authentication: number;
  /** Bits of {@link WifiEncryption}. */
  readonly encryption: number;
  /** At most 64 bytes: a passphrase of 8–63 characters, or a key of 64 hexadecimal digits. Empty for an open network. */
  readonly networkKey: Uint8Array;
  /** 6 bytes; FF each for any device. */
  readonly macAddress: Uint8Array | undefined;
  readonly networkIndex: number | undefined;
}

/** The content of a Wi-Fi configuration record. */
export interface NdefWifi {
  readonly credentials: readonly WifiCredential[];
  /** Everything, in its order, also what is not taken apart here. */
  readonly attributes: readonly WifiAttribute[];
}

/** A credential as it is written; text is taken as UTF-8. */
export interface WifiCredentialInit {
  readonly ssid: string | Uint8Array;
  readonly authentication: number;
  readonly encryption: number;
  readonly networkKey?: string | Uint8Array;
  readonly macAddress?: Uint8Array;
}

const ANY_DEVICE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
/** The Wi-Fi Alliance's own extension: sub-element 00, one byte, version 2.0. */
const VERSION_2 = Uint8Array.of(0x00, 0x37, 0x2a, 0x00, 0x01, 0x20);

/** Decodes a Wi-Fi configuration record. @throws NdefError */
export function parseWifi(record: RecordLike): NdefWifi {
  const attributes = parseAttributes(withoutLength(payloadOf(record, Tnf.mime, MEDIA_TYPE)));
  const credentials = attributes
    .filter(({ id }) => id === WifiAttributeId.credential)
    .map(({ value }) => parseCredential(value));
  return { credentials, attributes };
}

/** Makes a record with which a phone joins a network. @throws NdefError for an SSID or key that is too long. */
export function wifiRecord(init: WifiCredentialInit, options: { readonly id?: Uint8Array } = {}): RawRecord {
  const ssid = bytesOf(init.ssid);
  const networkKey = bytesOf(init.networkKey ?? "");
  if (ssid.length > 32) throw new NdefError("TOO_LONG", `${ssid.length} bytes, 32 fit`, { field: "SSID" });
  if (networkKey.length > 64)
    throw new NdefError("TOO_LONG", `${networkKey.length} bytes, 64 fit`, { field: "network key" });
  const credential = [
    attribute(WifiAttributeId.authenticationType, uintBytes(init.authentication, 2, "authentication type")),
    attribute(WifiAttributeId.encryptionType, uintBytes(init.encryption, 2, "encryption type")),
    attribute(WifiAttributeId.macAddress, exactly(init.macAddress ?? ANY_DEVICE, 6, "MAC address")),
    attribute(WifiAttributeId.networkIndex, Uint8Array.of(1)),
    attribute(WifiAttributeId.networkKey, networkKey),
    attribute(WifiAttributeId.ssid, ssid),
  ];
  const payload = concatBytes(
    attribute(WifiAttributeId.credential, concatBytes(...credential)),
    attribute(WifiAttributeId.vendorExtension, VERSION_2),
    attribute(WifiAttributeId.version, Uint8Array.of(0x10)),
  );
  return mimeRecord(MEDIA_TYPE, payload, options);
}

/** In a handover the attributes may follow their length, which no number of an attribute is: those begin at 1000 hex. */
function withoutLength(payload: Uint8Array): Uint8Array {
  const length = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
  return length < 0x1000 && length === payload.length - 2 ? payload.subarray(2) : payload;
}

function parseAttributes(bytes: Uint8Array): WifiAttribute[] {
  const reader = new PayloadReader(bytes);
  const attributes: WifiAttribute[] = [];
  while (reader.left > 0) {
    const id = reader.uint16("attribute ID");
    attributes.push({ id, value: reader.bytes(reader.uint16("attribute length"), "attribute value") });
  }
  return attributes;
}

function parseCredential(bytes: Uint8Array): WifiCredential {
  const attributes = parseAttributes(bytes);
  const find = (id: number): Uint8Array | undefined => attributes.find((one) => one.id === id)?.value;
  const flags = (id: number, field: string): number => {
    const value = new PayloadReader(find(id) ?? new Uint8Array(0));
    const bits = value.uint16(field);
    value.end(field);
    return bits;
  };
  const ssid = find(WifiAttributeId.ssid);
  if (ssid === undefined) throw new NdefError("TOO_SHORT", "is missing", { field: "SSID" });
  if (ssid.length > 32) throw new NdefError("TOO_LONG", `${ssid.length} bytes, 32 fit`, { field: "SSID" });
  const networkKey = find(WifiAttributeId.networkKey) ?? new Uint8Array(0);
  if (networkKey.length > 64)
    throw new NdefError("TOO_LONG", `${networkKey.length} bytes, 64 fit`, { field: "network key" });
  const macAddress = find(WifiAttributeId.macAddress);
  return {
    ssid,
    authentication: flags(WifiAttributeId.authenticationType, "authentication type"),
    encryption: flags(WifiAttributeId.encryptionType, "encryption type"),
    networkKey,
    macAddress: macAddress && exactly(macAddress, 6, "MAC address"),
    networkIndex: find(WifiAttributeId.networkIndex)?.[0],
  };
}

function attribute(id: number, value: Uint8Array): Uint8Array {
  return concatBytes(uintBytes(id, 2, "attribute ID"), uintBytes(value.length, 2, "attribute length"), value);
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? utf8Bytes(value) : value;
}
