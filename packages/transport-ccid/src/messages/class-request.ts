import { FormatError, readUint32LE } from "@cardwire/core";
import type { UsbControlSetup } from "../usb-device.ts";

const ABORT = 0x01;
const GET_CLOCK_FREQUENCIES = 0x02;
const GET_DATA_RATES = 0x03;

function classRequest(request: number, value: number, interfaceNumber: number): UsbControlSetup {
  return { requestType: "class", recipient: "interface", request, value, index: interfaceNumber };
}

/** ABORT, without data: one half of an abort; the other is the message of the same number (USB CCID 1.1, section 5.3.1). */
export function abortRequest(interfaceNumber: number, slot: number, sequence: number): UsbControlSetup {
  return classRequest(ABORT, (sequence << 8) | slot, interfaceNumber);
}

/** GET_CLOCK_FREQUENCIES: an array of kHz comes in. */
export function clockFrequenciesRequest(interfaceNumber: number): UsbControlSetup {
  return classRequest(GET_CLOCK_FREQUENCIES, 0, interfaceNumber);
}

/** GET_DATA_RATES: an array of bit/s comes in. */
export function dataRatesRequest(interfaceNumber: number): UsbControlSetup {
  return classRequest(GET_DATA_RATES, 0, interfaceNumber);
}

/**
 * The answer to GET_CLOCK_FREQUENCIES or GET_DATA_RATES.
 *
 * @throws FormatError TOO_SHORT for a last number that is cut.
 */
export function parseFrequencies(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let offset = 0; offset < bytes.length; offset += 4)
    values.push(readUint32LE(bytes, offset, `dwFrequency[${offset / 4}]`));
  return values;
}

/** The three class requests, taken apart: for readers in software. */
export type ClassRequest =
  | { readonly name: "ABORT"; readonly slot: number; readonly sequence: number }
  | { readonly name: "GET_CLOCK_FREQUENCIES" | "GET_DATA_RATES" };

/** @throws FormatError INVALID_VALUE for a request that CCID does not have. */
export function parseClassRequest({ request, value }: Pick<UsbControlSetup, "request" | "value">): ClassRequest {
  switch (request) {
    case ABORT:
      return { name: "ABORT", slot: value & 0xff, sequence: value >> 8 };
    case GET_CLOCK_FREQUENCIES:
      return { name: "GET_CLOCK_FREQUENCIES" };
    case GET_DATA_RATES:
      return { name: "GET_DATA_RATES" };
    default:
      throw new FormatError("INVALID_VALUE", `${request} is no class request`, { field: "bRequest" });
  }
}
