import { FormatError } from "@cardwire/core";
import { requireInteger } from "./checks.ts";
import { DEFAULT_RATE_CODE } from "./rates.ts";

/** A protocol and parameters selection, request or response (ISO/IEC 7816-3:2006 section 9.2). */
export interface Pps {
  /** T, 0 to 14. */
  readonly protocol: number;
  /** PPS1: F and D coded as in TA1. Absent: F = 372, D = 1. */
  readonly rateCode?: number | undefined;
  /** PPS2: the use of SPU, coded as in the first TB for T=15. */
  readonly spu?: number | undefined;
  /** PPS3, reserved. */
  readonly pps3?: number | undefined;
}

/**
 * Builds a PPS request, or a card's response: `FF PPS0 [PPS1] [PPS2] [PPS3] PCK`.
 *
 * @throws FormatError INVALID_VALUE naming the field.
 */
export function buildPps(pps: Pps): Uint8Array<ArrayBuffer> {
  let format = requireInteger(pps.protocol, 14, "T");
  const bytes = [0xff, 0];
  [pps.rateCode, pps.spu, pps.pps3].forEach((value, index) => {
    if (value === undefined) return;
    format |= 0x10 << index;
    bytes.push(requireInteger(value, 0xff, `PPS${index + 1}`));
  });
  bytes[1] = format;
  bytes.push(bytes.reduce((sum, byte) => sum ^ byte));
  return Uint8Array.from(bytes);
}

/**
 * Reads a PPS request or response.
 *
 * @throws FormatError TOO_SHORT, LEFT_OVER, or INVALID_VALUE naming the field: PPSS, PPS0, PPS1 to PPS3, PCK.
 */
export function parsePps(bytes: Uint8Array): Pps {
  let offset = 0;
  const next = (field: string): number => {
    const byte = bytes[offset];
    if (byte === undefined) throw new FormatError("TOO_SHORT", "the bytes end here", { field, offset });
    offset++;
    return byte;
  };
  const refuse = (field: string, at: number, message: string): never => {
    throw new FormatError("INVALID_VALUE", message, { field, offset: at });
  };
  if (next("PPSS") !== 0xff) refuse("PPSS", 0, "is FF");
  const format = next("PPS0");
  if ((format & 0x80) !== 0 || (format & 0x0f) === 0x0f) refuse("PPS0", 1, "bit 8 and T=15 are reserved");
  const rateCode = (format & 0x10) === 0 ? undefined : next("PPS1");
  const spu = (format & 0x20) === 0 ? undefined : next("PPS2");
  const pps3 = (format & 0x40) === 0 ? undefined : next("PPS3");
  next("PCK");
  let sum = 0;
  for (let index = 0; index < offset; index++) sum ^= bytes[index] ?? 0;
  if (sum !== 0) refuse("PCK", offset - 1, "the exclusive-or of all bytes is not zero");
  if (offset < bytes.length)
    throw new FormatError("LEFT_OVER", `${bytes.length - offset} bytes behind PCK`, { field: "PPS", offset });
  return { protocol: format & 0x0f, rateCode, spu, pps3 };
}

/** What came of a PPS exchange. */
export type PpsOutcome =
  | {
      readonly accepted: true;
      readonly protocol: number;
      /** F and D from now on, coded as in TA1: those asked for, or 11 when the card does not take them. */
      readonly rateCode: number;
      /** True when the card took the PPS2 of the request. */
      readonly spuAccepted: boolean;
    }
  /** The exchange failed: the card must be deactivated. */
  | { readonly accepted: false; readonly reason: string };

/**
 * Holds a card's response against the request (ISO/IEC 7816-3:2006 section 9.3): the protocol must be the same; PPS1 to
 * PPS3 are echoed, or left out by a card that does not take them.
 */
export function checkPpsResponse(request: Pps, response: Uint8Array): PpsOutcome {
  let answer: Pps;
  try {
    answer = parsePps(response);
  } catch (error) {
    return { accepted: false, reason: error instanceof Error ? error.message : String(error) };
  }
  const echoed = (asked: number | undefined, given: number | undefined): boolean =>
    given === undefined || given === asked;
  let reason: string | undefined;
  if (answer.protocol !== request.protocol) reason = `T=${answer.protocol} instead of T=${request.protocol}`;
  else if (!echoed(request.rateCode, answer.rateCode)) reason = "PPS1 is not the one asked for";
  else if (!echoed(request.spu, answer.spu)) reason = "PPS2 is not the one asked for";
  else if (!echoed(request.pps3, answer.pps3)) reason = "PPS3 is not the one asked for";
  if (reason !== undefined) return { accepted: false, reason };
  return {
    accepted: true,
    protocol: answer.protocol,
    rateCode: answer.rateCode ?? DEFAULT_RATE_CODE,
    spuAccepted: answer.spu !== undefined,
  };
}
