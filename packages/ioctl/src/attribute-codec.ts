import { FormatError, readUint32LE, writeUint32LE } from "@cardwire/core";
import type { AttributeName } from "./attributes.ts";

/**
 * The forms that an attribute's value can have: a little-endian DWORD, a BYTE, an ASCII or UTF-16LE string with a NUL at
 * its end, or bytes (winscard.h's attribute list; NFC attribute page of the driver documents).
 */
export type AttributeType = "dword" | "byte" | "ascii" | "utf16" | "bytes";

type ByteAttribute = "ICC_PRESENCE" | "ICC_INTERFACE_STATUS" | "ICC_TYPE_PER_ATR";
type AsciiAttribute =
  "VENDOR_NAME" | "VENDOR_IFD_TYPE" | "VENDOR_IFD_SERIAL_NO" | "DEVICE_FRIENDLY_NAME_A" | "DEVICE_SYSTEM_NAME_A";
type Utf16Attribute = "DEVICE_FRIENDLY_NAME_W" | "DEVICE_SYSTEM_NAME_W";
/** ATR, opaque vendor data, and what no document describes. */
type BytesAttribute =
  | "ATR_STRING"
  | "CURRENT_IO_STATE"
  | "ESC_RESET"
  | "ESC_CANCEL"
  | "ESC_AUTHREQUEST"
  | "VENDOR_SPECIFIC_INFO"
  | "VENDOR_SPECIFIC_BRAND_INFO"
  | "VENDOR_SPECIFIC_DEVICECAP_INFO";

/** Every attribute that is not here is a DWORD. */
const NOT_DWORD: Readonly<
  Record<ByteAttribute, "byte"> &
    Record<AsciiAttribute, "ascii"> &
    Record<Utf16Attribute, "utf16"> &
    Record<BytesAttribute, "bytes">
> = {
  ICC_PRESENCE: "byte",
  ICC_INTERFACE_STATUS: "byte",
  ICC_TYPE_PER_ATR: "byte",
  VENDOR_NAME: "ascii",
  VENDOR_IFD_TYPE: "ascii",
  VENDOR_IFD_SERIAL_NO: "ascii",
  DEVICE_FRIENDLY_NAME_A: "ascii",
  DEVICE_SYSTEM_NAME_A: "ascii",
  DEVICE_FRIENDLY_NAME_W: "utf16",
  DEVICE_SYSTEM_NAME_W: "utf16",
  ATR_STRING: "bytes",
  CURRENT_IO_STATE: "bytes",
  ESC_RESET: "bytes",
  ESC_CANCEL: "bytes",
  ESC_AUTHREQUEST: "bytes",
  VENDOR_SPECIFIC_INFO: "bytes",
  VENDOR_SPECIFIC_BRAND_INFO: "bytes",
  VENDOR_SPECIFIC_DEVICECAP_INFO: "bytes",
};

/** The form of an attribute's value. */
export function attributeType(name: AttributeName): AttributeType {
  return name in NOT_DWORD ? NOT_DWORD[name as keyof typeof NOT_DWORD] : "dword";
}

/** An attribute's value as a program sees it: a number, a string without its NUL, or bytes. */
export type AttributeValue<Name extends AttributeName> = Name extends BytesAttribute
  ? Uint8Array
  : Name extends AsciiAttribute | Utf16Attribute
    ? string
    : number;

/** The longest string attribute that winsmcrd.h allows, NUL included. */
export const MAXIMUM_ATTR_STRING_LENGTH = 32;
/** SCARD_ATR_LENGTH: room for any ATR. */
export const SCARD_ATR_LENGTH = 33;

function refuse(field: string, offset: number, message: string): FormatError {
  return new FormatError("INVALID_VALUE", message, { field, offset });
}

function encodeText(text: string, unitBytes: 1 | 2, field: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length + 1) * unitBytes);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0 || (unitBytes === 1 && unit > 0x7e))
      throw refuse(field, index, `'${text[index] ?? ""}' cannot stand in this string`);
    bytes[index * unitBytes] = unit & 0xff;
    if (unitBytes === 2) bytes[index * 2 + 1] = unit >>> 8;
  }
  return bytes;
}

function decodeText(bytes: Uint8Array, unitBytes: 1 | 2, field: string): string {
  if (bytes.length % unitBytes !== 0)
    throw new FormatError("TOO_SHORT", "half a UTF-16 unit", { field, offset: bytes.length - 1 });
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += unitBytes) {
    const unit = (bytes[offset] ?? 0) | (unitBytes === 2 ? (bytes[offset + 1] ?? 0) << 8 : 0);
    if (unit === 0) {
      if (offset + unitBytes < bytes.length)
        throw new FormatError("LEFT_OVER", "bytes after the NUL", { field, offset: offset + unitBytes });
      return text;
    }
    if (unitBytes === 1 && unit > 0x7e) throw refuse(field, offset, "not an ASCII character");
    text += String.fromCharCode(unit);
  }
  // some readers leave the NUL out
  return text;
}

/**
 * An attribute's value as a reader gives it.
 *
 * @throws FormatError INVALID_VALUE for a number that does not fit, or a character that an ASCII string cannot hold.
 */
export function encodeAttribute<Name extends AttributeName>(
  name: Name,
  value: AttributeValue<Name>,
): Uint8Array<ArrayBuffer> {
  return encodeAs(attributeType(name), name, value);
}

function encodeAs(type: AttributeType, name: string, value: number | string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof value === "string") return encodeText(value, type === "utf16" ? 2 : 1, name);
  if (typeof value !== "number") return new Uint8Array(value);
  const bytes = new Uint8Array(type === "byte" ? 1 : 4);
  if (type === "byte") {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) throw refuse(name, 0, `${value} is no byte`);
    bytes[0] = value;
  } else writeUint32LE(bytes, 0, value, name);
  return bytes;
}

/**
 * An attribute's value taken apart.
 *
 * @throws FormatError TOO_SHORT, LEFT_OVER or INVALID_VALUE, naming the attribute.
 */
export function decodeAttribute<Name extends AttributeName>(name: Name, bytes: Uint8Array): AttributeValue<Name> {
  return decodeAs(attributeType(name), name, bytes) as AttributeValue<Name>;
}

function decodeAs(type: AttributeType, name: string, bytes: Uint8Array): number | string | Uint8Array {
  switch (type) {
    case "dword":
    case "byte": {
      const size = type === "byte" ? 1 : 4;
      if (bytes.length > size)
        throw new FormatError("LEFT_OVER", `${bytes.length - size} bytes after the value`, {
          field: name,
          offset: size,
        });
      if (type === "dword") return readUint32LE(bytes, 0, name);
      const [value] = bytes;
      if (value === undefined) throw new FormatError("TOO_SHORT", "no value", { field: name, offset: 0 });
      return value;
    }
    case "ascii":
      return decodeText(bytes, 1, name);
    case "utf16":
      return decodeText(bytes, 2, name);
    case "bytes":
      return new Uint8Array(bytes);
  }
}
