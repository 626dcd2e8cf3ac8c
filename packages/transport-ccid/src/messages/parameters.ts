import { FormatError } from "@cardwire/core";

/** abProtocolDataStructure for T=0 (USB CCID 1.1, section 6.1.7). */
export interface T0ProtocolData {
  readonly protocol: 0;
  /** bmFindexDindex: F and D coded as in TA1. */
  readonly rateCode: number;
  readonly convention: "direct" | "inverse";
  /** bGuardTimeT0: N of TC1. */
  readonly extraGuardTime: number;
  /** bWaitingIntegerT0: WI of TC2. */
  readonly waitingTimeInteger: number;
  /** bClockStop: 0 never, 1 low, 2 high, 3 either. */
  readonly clockStop: number;
}

/** abProtocolDataStructure for T=1. */
export interface T1ProtocolData {
  readonly protocol: 1;
  readonly rateCode: number;
  readonly convention: "direct" | "inverse";
  readonly edc: "lrc" | "crc";
  /** bGuardTimeT1: N of TC1. */
  readonly extraGuardTime: number;
  /** The high half of bmWaitingIntegersT1. */
  readonly bwi: number;
  /** The low half of bmWaitingIntegersT1. */
  readonly cwi: number;
  readonly clockStop: number;
  /** bIFSC, 1 to 254. */
  readonly ifsc: number;
  /** bNadValue; 0 unless the reader can do others. */
  readonly nad: number;
}

/** The parameters of a card's protocol, as SetParameters takes them. */
export type ProtocolData = T0ProtocolData | T1ProtocolData;

const INVERSE = 0x02;
const T1_FIXED = 0x10;
const T1_CRC = 0x01;

/** abProtocolDataStructure: 5 bytes for T=0, 7 for T=1. @throws FormatError INVALID_VALUE for what is no byte. */
export function encodeProtocolData(data: ProtocolData): Uint8Array<ArrayBuffer> {
  const inverse = data.convention === "inverse" ? INVERSE : 0;
  const bytes =
    data.protocol === 0
      ? [data.rateCode, inverse, data.extraGuardTime, data.waitingTimeInteger, data.clockStop]
      : [
          data.rateCode,
          T1_FIXED | inverse | (data.edc === "crc" ? T1_CRC : 0),
          data.extraGuardTime,
          (data.bwi << 4) | data.cwi,
          data.clockStop,
          data.ifsc,
          data.nad,
        ];
  bytes.forEach((value, offset) => {
    if (!Number.isInteger(value) || value < 0 || value > 0xff)
      throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field: "abProtocolDataStructure", offset });
  });
  return Uint8Array.from(bytes);
}

/**
 * Reads abProtocolDataStructure.
 *
 * @param protocol bProtocolNum.
 * @throws FormatError INVALID_VALUE for another protocol than 0 and 1, TOO_SHORT or LEFT_OVER for another length.
 */
export function parseProtocolData(protocol: number, bytes: Uint8Array): ProtocolData {
  if (protocol !== 0 && protocol !== 1)
    throw new FormatError("INVALID_VALUE", `${protocol} is neither T=0 nor T=1`, { field: "bProtocolNum", offset: 9 });
  const length = protocol === 0 ? 5 : 7;
  if (bytes.length !== length)
    throw new FormatError(bytes.length < length ? "TOO_SHORT" : "LEFT_OVER", `${length} bytes for T=${protocol}`, {
      field: "abProtocolDataStructure",
      offset: Math.min(bytes.length, length),
    });
  const byte = (offset: number): number => bytes[offset] ?? 0;
  const common = {
    rateCode: byte(0),
    convention: (byte(1) & INVERSE) === 0 ? ("direct" as const) : ("inverse" as const),
    extraGuardTime: byte(2),
    clockStop: byte(4),
  };
  if (protocol === 0) return { protocol, ...common, waitingTimeInteger: byte(3) };
  const edc = (byte(1) & T1_CRC) === 0 ? "lrc" : "crc";
  return { protocol, ...common, edc, bwi: byte(3) >> 4, cwi: byte(3) & 0x0f, ifsc: byte(5), nad: byte(6) };
}
