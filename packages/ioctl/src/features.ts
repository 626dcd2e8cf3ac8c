/**
 * What a reader says of itself by CM_IOCTL_GET_FEATURE_REQUEST: features and properties of PC/SC part 10.
 * @packageDocumentation
 */
import { FormatError, readUint32LE, writeUint32LE } from "@cardwire/core";
import { nameIn } from "./names.ts";

/** Features that a reader can have (PC/SC part 10 section 2.3), without the prefix `FEATURE_`. */
export const PCSC_FEATURE = {
  VERIFY_PIN_START: 0x01,
  VERIFY_PIN_FINISH: 0x02,
  MODIFY_PIN_START: 0x03,
  MODIFY_PIN_FINISH: 0x04,
  GET_KEY_PRESSED: 0x05,
  VERIFY_PIN_DIRECT: 0x06,
  MODIFY_PIN_DIRECT: 0x07,
  MCT_READER_DIRECT: 0x08,
  MCT_UNIVERSAL: 0x09,
  IFD_PIN_PROPERTIES: 0x0a,
  ABORT: 0x0b,
  SET_SPE_MESSAGE: 0x0c,
  VERIFY_PIN_DIRECT_APP_ID: 0x0d,
  MODIFY_PIN_DIRECT_APP_ID: 0x0e,
  WRITE_DISPLAY: 0x0f,
  GET_KEY: 0x10,
  IFD_DISPLAY_PROPERTIES: 0x11,
  GET_TLV_PROPERTIES: 0x12,
  CCID_ESC_COMMAND: 0x13,
  EXECUTE_PACE: 0x20,
} as const;
export type PcscFeatureName = keyof typeof PCSC_FEATURE;

/** Properties in the answer to FEATURE_GET_TLV_PROPERTIES (PC/SC part 10 section 2.6.14), named as there. */
export const PCSC_TLV_PROPERTY = {
  wLcdLayout: 1,
  bEntryValidationCondition: 2,
  bTimeOut2: 3,
  wLcdMaxCharacters: 4,
  wLcdMaxLines: 5,
  bMinPINSize: 6,
  bMaxPINSize: 7,
  sFirmwareID: 8,
  bPPDUSupport: 9,
  dwMaxAPDUDataSize: 10,
  wIdVendor: 11,
  wIdProduct: 12,
} as const;
export type PcscTlvPropertyName = keyof typeof PCSC_TLV_PROPERTY;

/** One feature of a reader. */
export interface PcscFeature {
  /** {@link PCSC_FEATURE}, or a number that the standard does not name. */
  readonly tag: number;
  /** What `SCardControl` is to be called with. */
  readonly controlCode: number;
}

/** One property of a reader. */
export interface PcscTlvProperty {
  /** {@link PCSC_TLV_PROPERTY}, or a number that the standard does not name. */
  readonly tag: number;
  /** Little-endian where it is a number; the name's first letter tells its size (b, w, dw), s is a string. */
  readonly value: Uint8Array;
}

/** A feature's name, `undefined` for a number that the standard does not name. */
export function pcscFeatureName(tag: number): PcscFeatureName | undefined {
  return nameIn(PCSC_FEATURE, tag);
}

interface Tlv {
  readonly tag: number;
  readonly offset: number;
  readonly value: Uint8Array<ArrayBuffer>;
}

function* simpleTlvs(bytes: Uint8Array, field: string): Generator<Tlv, void, undefined> {
  for (let offset = 0; offset < bytes.length;) {
    const tag = bytes[offset] ?? 0;
    const length = bytes[offset + 1];
    if (length === undefined) throw new FormatError("TOO_SHORT", "no length after the tag", { field, offset });
    const value = bytes.subarray(offset + 2, offset + 2 + length);
    if (value.length < length)
      throw new FormatError("TOO_SHORT", `${length} bytes announced, ${value.length} left`, { field, offset });
    yield { tag, offset, value: new Uint8Array(value) };
    offset += 2 + length;
  }
}

/**
 * The answer to CM_IOCTL_GET_FEATURE_REQUEST: tag, length 4 and the control code with its first byte first, for each
 * feature (PC/SC part 10 section 2.2).
 *
 * @throws FormatError TOO_SHORT for a cut list, INVALID_VALUE for a length other than 4.
 */
export function parsePcscFeatures(bytes: Uint8Array): PcscFeature[] {
  const features: PcscFeature[] = [];
  for (const { tag, offset, value } of simpleTlvs(bytes, "feature")) {
    if (value.length !== 4)
      throw new FormatError("INVALID_VALUE", `${value.length} bytes are no control code`, { field: "feature", offset });
    features.push({ tag, controlCode: readUint32LE(value.reverse(), 0, "feature") });
  }
  return features;
}

/** @throws FormatError INVALID_VALUE for a tag that is no byte, or a code that is no DWORD. */
export function encodePcscFeatures(features: readonly PcscFeature[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(features.length * 6);
  features.forEach(({ tag, controlCode }, index) => {
    const offset = index * 6;
    if (!Number.isInteger(tag) || tag < 0 || tag > 0xff)
      throw new FormatError("INVALID_VALUE", `${tag} is no tag`, { field: "feature", offset });
    bytes[offset] = tag;
    bytes[offset + 1] = 4;
    const value = bytes.subarray(offset + 2, offset + 6);
    writeUint32LE(value, 0, controlCode, "feature");
    value.reverse();
  });
  return bytes;
}

/**
 * The answer to FEATURE_GET_TLV_PROPERTIES.
 *
 * @throws FormatError TOO_SHORT for a cut list.
 */
export function parsePcscTlvProperties(bytes: Uint8Array): PcscTlvProperty[] {
  return Array.from(simpleTlvs(bytes, "property"), ({ tag, value }) => ({ tag, value }));
}

/** @throws FormatError INVALID_VALUE for a tag that is no byte, TOO_LONG for a value of more than 255 bytes. */
export function encodePcscTlvProperties(properties: readonly PcscTlvProperty[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(properties.reduce((length, { value }) => length + 2 + value.length, 0));
  let offset = 0;
  for (const { tag, value } of properties) {
    if (!Number.isInteger(tag) || tag < 0 || tag > 0xff)
      throw new FormatError("INVALID_VALUE", `${tag} is no tag`, { field: "property", offset });
    if (value.length > 0xff)
      throw new FormatError("TOO_LONG", `${value.length} bytes, 255 are allowed`, { field: "property", offset });
    bytes[offset] = tag;
    bytes[offset + 1] = value.length;
    bytes.set(value, offset + 2);
    offset += 2 + value.length;
  }
  return bytes;
}
