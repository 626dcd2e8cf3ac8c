import type { UsbDeviceLike } from "../usb-device.ts";
import { pcscdName } from "./pcscd-names.ts";

/** MAX_READERNAME of pcsc-lite, less its NUL. */
const LONGEST_NAME = 127;

/** What a reader's name is made of. */
export interface NamedReader {
  readonly device: UsbDeviceLike;
  /** iInterface as a string. */
  readonly interfaceName: string | undefined;
  /** Counts the readers of the machine. */
  readonly number: number;
  readonly slot: number;
}

/**
 * A reader's name as pcscd makes it: manufacturer and product, the interface in brackets, the serial number in
 * parentheses unless the interface's name has it, and two hexadecimal numbers: which reader, which slot. Some readers
 * have another name in its driver's list than they have themselves.
 */
export function readerName({ device, interfaceName, number, slot }: NamedReader): string {
  const own = `${clean(device.manufacturerName)} ${clean(device.productName)}`.trim();
  const serial = clean(device.serialNumber);
  const inBrackets = clean(interfaceName);
  let name = pcscdName(device.vendorId, device.productId) ?? own;
  if (name === "") name = `USB ${hex(device.vendorId, 4)}:${hex(device.productId, 4)}`;
  if (inBrackets !== "") name += ` [${inBrackets}]`;
  if (serial !== "" && !inBrackets.includes(serial)) name += ` (${serial})`;
  const numbers = ` ${hex(number, 2)} ${hex(slot, 2)}`;
  return name.slice(0, LONGEST_NAME - numbers.length) + numbers;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function clean(text: string | null | undefined): string {
  return (text ?? "").replace(/[\p{Cc}\p{Cf}]/gu, "").trim();
}
