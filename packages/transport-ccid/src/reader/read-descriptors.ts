import type { Clock } from "@cardwire/core";
import { type CcidInterface, findCcidInterfaces } from "../descriptor/configuration.ts";
import { dataRatesRequest, parseFrequencies } from "../messages/class-request.ts";
import type { UsbDeviceLike } from "../usb-device.ts";
import { CcidReaderError } from "./reader-error.ts";
import { within } from "./time-limit.ts";

const GET_DESCRIPTOR = 6;
const CONFIGURATION = 2;
/** Longer than any reader's; a device gives what it has. */
const LONGEST_DESCRIPTOR = 4_096;
const TIMEOUT_MS = 3_000;

function tooLong(): CcidReaderError {
  return new CcidReaderError("TIMEOUT", "the device did not answer a control transfer in time");
}

/**
 * The CCID interfaces of an open device: its active configuration is read with a standard request to the device, for
 * the objects of WebUSB do not have class descriptors.
 *
 * @throws CcidReaderError TIMEOUT, TRANSFER_FAILED; FormatError for descriptors that do not fit together.
 */
export async function readCcidInterfaces(device: UsbDeviceLike, clock: Clock): Promise<CcidInterface[]> {
  const active = device.configuration?.configurationValue;
  const found = device.configurations.findIndex(({ configurationValue }) => configurationValue === active);
  const { status, data } = await within(
    clock,
    TIMEOUT_MS,
    tooLong,
    device.controlTransferIn(
      {
        requestType: "standard",
        recipient: "device",
        request: GET_DESCRIPTOR,
        value: (CONFIGURATION << 8) | Math.max(found, 0),
        index: 0,
      },
      LONGEST_DESCRIPTOR,
    ),
  );
  if (status === "stall" || data === undefined)
    throw new CcidReaderError("TRANSFER_FAILED", "the device does not give its configuration descriptor");
  return findCcidInterfaces(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
}

/**
 * What GET_DATA_RATES gives, for readers that need the host's PPS; empty for any failure, of which there are many kinds
 * in the field: stalls, silence, a single byte, 256 rates for 4 announced.
 */
export async function readDataRates(
  device: UsbDeviceLike,
  interfaceNumber: number,
  announced: number,
  clock: Clock,
): Promise<number[]> {
  try {
    const { status, data } = await within(
      clock,
      TIMEOUT_MS,
      tooLong,
      device.controlTransferIn(dataRatesRequest(interfaceNumber), announced * 4),
    );
    if (status === "stall" || data === undefined) return [];
    return parseFrequencies(new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice());
  } catch {
    return [];
  }
}
