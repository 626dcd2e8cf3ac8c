import { FormatError } from "@cardwire/core";
import { requireRange } from "./checks.ts";

/**
 * Answer to select (ISO/IEC 14443-4 section 5.2). What is absent is not in the ATS, and the standard's default holds:
 * FSCI 2, FWI 4, SFGI 0, 106 kbit/s alone, CID but no NAD.
 */
export interface Ats {
  /** How long frames to the card may be, 0–15. Present whenever one of the next three is. */
  readonly fsci?: number;
  /** TA(1), see `parseBitRates`. */
  readonly bitRates?: number;
  /** TB(1): how long the card may take for an answer, and how long it wants to be left alone first. 0–15 each. */
  readonly timing?: { readonly fwi: number; readonly sfgi: number };
  /** TC(1): what of the prologue the card understands. */
  readonly prologue?: { readonly nad: boolean; readonly cid: boolean };
  readonly historicalBytes: Uint8Array;
}

/** FSCI of a card that does not tell. */
export const DEFAULT_FSCI = 2;

const TA = 0x10;
const TB = 0x20;
const TC = 0x40;
const NAD = 0x01;
const CID = 0x02;

/**
 * Reads an ATS. Reserved bits of T0 and TC(1) are not looked at.
 *
 * @param bytes without CRC, TL first.
 * @throws FormatError TOO_SHORT or LEFT_OVER for bytes that TL and T0 do not add up to, naming the field.
 */
export function parseAts(bytes: Uint8Array): Ats {
  const [length, format = 0] = bytes;
  if (length === undefined) throw new FormatError("TOO_SHORT", "there is no byte", { field: "TL", offset: 0 });
  if (length === 0)
    throw new FormatError("INVALID_VALUE", "TL counts itself: it is never 0", { field: "TL", offset: 0 });
  if (length > bytes.length)
    throw new FormatError("TOO_SHORT", `TL says ${length} bytes, there are ${bytes.length}`, {
      field: "ATS",
      offset: bytes.length,
    });
  if (length < bytes.length)
    throw new FormatError("LEFT_OVER", `TL says ${length} bytes, there are ${bytes.length}`, {
      field: "ATS",
      offset: length,
    });
  if (length === 1) return { historicalBytes: new Uint8Array(0) };

  let offset = 2;
  const interfaceByte = (present: number, field: string): number | undefined => {
    if ((format & present) === 0) return undefined;
    const byte = bytes[offset];
    if (byte === undefined) throw new FormatError("TOO_SHORT", "T0 announces it", { field, offset });
    offset++;
    return byte;
  };
  const ta = interfaceByte(TA, "TA(1)");
  const tb = interfaceByte(TB, "TB(1)");
  const tc = interfaceByte(TC, "TC(1)");
  return {
    fsci: format & 0x0f,
    ...(ta === undefined ? {} : { bitRates: ta }),
    ...(tb === undefined ? {} : { timing: { fwi: tb >> 4, sfgi: tb & 0x0f } }),
    ...(tc === undefined ? {} : { prologue: { nad: (tc & NAD) !== 0, cid: (tc & CID) !== 0 } }),
    historicalBytes: bytes.slice(offset),
  };
}

/**
 * Writes an ATS, TL first, without CRC.
 *
 * @throws FormatError naming a field that is out of its range, and TOO_LONG for more than 254 bytes.
 */
export function buildAts(ats: Partial<Ats>): Uint8Array<ArrayBuffer> {
  const { fsci, bitRates, timing, prologue, historicalBytes = new Uint8Array(0) } = ats;
  const bytes: number[] = [0];
  if (
    fsci !== undefined ||
    bitRates !== undefined ||
    timing !== undefined ||
    prologue !== undefined ||
    historicalBytes.length > 0
  ) {
    let format = requireRange(fsci ?? DEFAULT_FSCI, 15, "FSCI");
    bytes.push(0);
    if (bitRates !== undefined) {
      format |= TA;
      bytes.push(requireRange(bitRates, 255, "TA(1)"));
    }
    if (timing !== undefined) {
      format |= TB;
      bytes.push((requireRange(timing.fwi, 15, "FWI") << 4) | requireRange(timing.sfgi, 15, "SFGI"));
    }
    if (prologue !== undefined) {
      format |= TC;
      bytes.push((prologue.nad ? NAD : 0) | (prologue.cid ? CID : 0));
    }
    bytes[1] = format;
    for (const byte of historicalBytes) bytes.push(byte);
  }
  // the longest frame has 256 bytes, two of them CRC
  if (bytes.length > 254)
    throw new FormatError("TOO_LONG", `an ATS has at most 254 bytes, not ${bytes.length}`, {
      field: "historical bytes",
    });
  bytes[0] = bytes.length;
  return Uint8Array.from(bytes);
}
