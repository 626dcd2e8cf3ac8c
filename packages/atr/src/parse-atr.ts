import { type Atr, type AtrDefect, type AtrInterfaceBytes } from "./atr.ts";
import { AtrError } from "./atr-error.ts";
import { mirrorBytes } from "./convention.ts";
import { reportReserved } from "./rfu.ts";

/** How to take an answer to reset. */
export interface ParseAtrOptions {
  /** Refuse whatever is not exactly as the standard wants it. False unless given: defects are reported as data. */
  readonly strict?: boolean;
}

/** TS and at most 32 characters (ISO/IEC 7816-3:2006 section 8.2.1). */
const MAX_LENGTH = 33;

const LETTERS = ["TA", "TB", "TC", "TD"] as const;

/** The name of the first of the bytes that `y` announces and `got` does not have. */
function firstMissing(y: number, got: number, number: number): string {
  for (let bit = 0; bit < 4; bit++) if (((y >> bit) & 1) === 1 && got-- === 0) return `${LETTERS[bit] ?? ""}${number}`;
  return "T0";
}

/**
 * Takes an answer to reset apart (ISO/IEC 7816-3:2006 section 8). Never fails on any bytes, unless strict: what is
 * wrong stands in `defects`, and what could be read is there. An inverse-convention card that was read with the direct
 * convention (TS 03) is decoded first.
 *
 * @param source the bytes from TS on; those behind the end are reported as surplus.
 * @throws AtrError when `strict` and there is any defect.
 */
export function parseAtr(source: Uint8Array, options?: ParseAtrOptions): Atr {
  const raw = source[0] === 0x03;
  const bytes = raw ? mirrorBytes(source) : new Uint8Array(source);
  const defects: AtrDefect[] = [];
  const end = Math.min(bytes.length, MAX_LENGTH);
  const short = bytes.length > MAX_LENGTH ? "TOO_LONG" : "TRUNCATED";

  const ts = bytes[0];
  if (ts !== undefined && ts !== 0x3b && ts !== 0x3f) defects.push({ code: "UNKNOWN_TS", field: "TS", offset: 0 });

  const interfaceBytes: AtrInterfaceBytes[] = [];
  const protocols: number[] = [];
  let checked = false;
  let whole = end > 1;
  let offset = 2;
  if (whole) {
    let y = (bytes[1] ?? 0) >> 4;
    let protocol: number | undefined;
    let missing: string | undefined;
    for (;;) {
      const start = offset;
      const ta = y & 1 && offset < end ? bytes[offset++] : undefined;
      const tb = y & 2 && offset < end ? bytes[offset++] : undefined;
      const tc = y & 4 && offset < end ? bytes[offset++] : undefined;
      const td = y & 8 && offset < end ? bytes[offset++] : undefined;
      interfaceBytes.push({ protocol, ta, tb, tc, td });
      const announced = (y & 1) + ((y >> 1) & 1) + ((y >> 2) & 1) + (y >> 3);
      if (offset - start < announced) {
        whole = false;
        missing = firstMissing(y, offset - start, interfaceBytes.length);
        break;
      }
      if (td === undefined) break;
      protocol = td & 0x0f;
      y = td >> 4;
      if (protocol !== 0) checked = true;
      if (protocol !== 15 && !protocols.includes(protocol)) protocols.push(protocol);
    }
    if (protocols.length === 0) protocols.push(0);
    reportReserved(interfaceBytes, defects);
    if (missing !== undefined) defects.push({ code: short, field: missing, offset });
  } else {
    offset = end;
    defects.push({ code: short, field: end === 0 ? "TS" : "T0", offset });
  }

  const historicalOffset = offset;
  let tck: number | undefined;
  if (whole) {
    const announced = (bytes[1] ?? 0) & 0x0f;
    offset = Math.min(offset + announced, end);
    if (offset - historicalOffset < announced) {
      whole = false;
      defects.push({ code: short, field: "historical bytes", offset });
    } else if (checked) {
      if (offset < end) {
        tck = bytes[offset++];
        let sum = 0;
        for (let index = 1; index < offset; index++) sum ^= bytes[index] ?? 0;
        if (sum !== 0) defects.push({ code: "TCK_WRONG", field: "TCK", offset: offset - 1 });
      } else {
        whole = false;
        defects.push({ code: short === "TOO_LONG" ? short : "TCK_MISSING", field: "TCK", offset });
      }
    }
  }
  const historicalEnd = tck === undefined ? offset : offset - 1;
  if (whole && offset < bytes.length) defects.push({ code: "SURPLUS_BYTES", field: "surplus bytes", offset });

  const [first, ...others] = defects;
  if (options?.strict === true && first !== undefined) throw new AtrError([first, ...others]);
  return {
    bytes,
    convention: ts === 0x3f ? "inverse" : "direct",
    raw,
    interfaceBytes,
    historicalBytes: bytes.subarray(historicalOffset, historicalEnd),
    historicalOffset,
    tck,
    surplus: bytes.subarray(offset),
    protocols,
    defects,
  };
}
