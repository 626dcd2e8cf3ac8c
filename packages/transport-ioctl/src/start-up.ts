import { CardwireError, readUint32LE } from "@cardwire/core";
import { encodeGetAttributeInput, IOCTL_SMARTCARD, NTSTATUS, NtStatusError, SCARD_ATTR } from "@cardwire/ioctl";
import type { DeviceLink } from "./device-link.ts";

/** What a resource manager asks a reader before it lists it. */
export interface ReaderIdentity {
  /** VENDOR_NAME and VENDOR_IFD_TYPE, the reader's name without its number. */
  readonly kind: string;
  /** DEVICE_UNIT, the number that the reader would like to have. */
  readonly unit: number;
  /** CHARACTERISTICS: bits of SCARD_READER. */
  readonly characteristics: number;
}

/** A reader that does not say who it is: it cannot be used (event 406 of Windows' smart-card service). */
export class ReaderUnusableError extends CardwireError {
  override readonly name = "ReaderUnusableError";
  readonly code = "READER_UNUSABLE";
  readonly fault = "reader";
}

const ATTRIBUTE_BYTES = 256;

/**
 * The attributes of the start-up sequence (NFC guide, example sequence): VENDOR_NAME, VENDOR_IFD_TYPE, DEVICE_UNIT,
 * CHARACTERISTICS.
 *
 * @throws ReaderUnusableError when one of the first three cannot be had; the status is its cause.
 */
export async function readIdentity(link: DeviceLink): Promise<ReaderIdentity> {
  const vendor = text(await attribute(link, "VENDOR_NAME"));
  const type = text(await attribute(link, "VENDOR_IFD_TYPE"));
  const unit = dword(await attribute(link, "DEVICE_UNIT"), "DEVICE_UNIT");
  const kind = [vendor, type].filter((part) => part !== "").join(" ");
  if (kind === "") throw new ReaderUnusableError("the reader has no name: VENDOR_NAME and VENDOR_IFD_TYPE are empty");
  let characteristics = 0;
  try {
    characteristics = dword(await attribute(link, "CHARACTERISTICS"), "CHARACTERISTICS");
  } catch (error) {
    if (!(error instanceof ReaderUnusableError)) throw error;
  }
  return { kind, unit, characteristics };
}

async function attribute(link: DeviceLink, name: keyof typeof SCARD_ATTR): Promise<Uint8Array> {
  const input = encodeGetAttributeInput(SCARD_ATTR[name]);
  const { status, output } = await link.call(IOCTL_SMARTCARD.GET_ATTRIBUTE, input, ATTRIBUTE_BYTES);
  if (status !== NTSTATUS.SUCCESS)
    throw new ReaderUnusableError(`the reader does not give ${name}`, { cause: new NtStatusError(status) });
  return output;
}

/** One byte per character up to the NUL that ends it. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end))).trim();
}

function dword(bytes: Uint8Array, name: string): number {
  if (bytes.length !== 4) throw new ReaderUnusableError(`${name} has ${bytes.length} bytes instead of 4`);
  return readUint32LE(bytes, 0, name);
}
