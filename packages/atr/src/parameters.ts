import { type Atr } from "./atr.ts";
import { decodeRate, DEFAULT_RATE_CODE, type TransmissionRate } from "./rates.ts";

/** TA2: the card is in specific mode, where no PPS is made (ISO/IEC 7816-3:2006 section 8.3). */
export interface SpecificMode {
  /** The protocol in which the card is. */
  readonly protocol: number;
  /** True when a warm reset may bring the card into negotiable mode. */
  readonly changeable: boolean;
  /** True when F and D are not those of TA1, but something that the reader knows by other means. */
  readonly implicit: boolean;
}

/** What TB1 and TB2 say of the voltage at VPP (ISO/IEC 7816-3:1997). Later editions deprecate it. */
export interface ProgrammingVoltage {
  /** P in volts: from PI1 or PI2; 0 when VPP is not connected. Undefined when reserved. */
  readonly volts: number | undefined;
  /** I in milliamperes; undefined when reserved. */
  readonly milliamperes: number | undefined;
}

/** How the card bears a stopped clock. */
export type ClockStop = "none" | "low" | "high" | "any";

/** The parameters that hold for every protocol, defaults filled in (ISO/IEC 7816-3:2006 section 8.3). */
export interface GlobalParameters extends TransmissionRate {
  /** TA1, or its default 11. */
  readonly rateCode: number;
  /** N, the extra guard time integer of TC1: 0 to 255, 0 by default. 255 means the least guard time of the protocol. */
  readonly extraGuardTime: number;
  /** I and P; undefined without TB1. */
  readonly programming: ProgrammingVoltage | undefined;
  /** TA2; undefined in negotiable mode. */
  readonly specificMode: SpecificMode | undefined;
  /** X of the first TA for T=15: which level a stopped clock must have. */
  readonly clockStop: ClockStop;
  /** Y of the first TA for T=15: the operating conditions A (5 V), B (3 V), C (1.8 V). Only A by default. */
  readonly classes: readonly ("A" | "B" | "C")[];
  /** The first TB for T=15: the use of the contact SPU, bit 8 for a proprietary use. 0, not used, by default. */
  readonly spu: number;
}

/** The parameters of T=0. */
export interface T0Parameters {
  /** WI, the waiting time integer of TC2: 10 by default, and for the reserved 0. */
  readonly waitingTimeInteger: number;
}

/** The parameters of T=1 (ISO/IEC 7816-3:2006 section 11.4). */
export interface T1Parameters {
  /** The size of the card's information field: 1 to 254 bytes, 32 by default. The reserved 255 is taken as 254, 0 as 32. */
  readonly ifsc: number;
  /** CWI, the character waiting time integer: 13 by default. */
  readonly cwi: number;
  /** BWI, the block waiting time integer: 0 to 9, 4 by default. Reserved values are given as they are. */
  readonly bwi: number;
  /** The error detection code of a block. */
  readonly edc: "lrc" | "crc";
}

const CLOCK_STOP = ["none", "low", "high", "any"] as const;
/** By the low three bits of Y. */
const CLASSES: readonly (readonly ("A" | "B" | "C")[])[] = [
  [],
  ["A"],
  ["B"],
  ["A", "B"],
  ["C"],
  ["A", "C"],
  ["B", "C"],
  ["A", "B", "C"],
];
const PROGRAMMING_CURRENT = [25, 50, 100] as const;

type Letter = "ta" | "tb" | "tc";

/** The first such byte of a protocol behind the global ones: i > 2 (section 8.2.3). */
function firstSpecific(atr: Atr, protocol: number, letter: Letter): number | undefined {
  for (let index = 2; index < atr.interfaceBytes.length; index++) {
    const group = atr.interfaceBytes[index];
    if (group?.protocol === protocol && group[letter] !== undefined) return group[letter];
  }
  return undefined;
}

function programmingVoltage(tb1: number, tb2: number | undefined): ProgrammingVoltage {
  const pi1 = tb1 & 0x1f;
  let volts: number | undefined;
  if (pi1 === 0) volts = 0;
  else if (tb2 !== undefined) volts = tb2 >= 50 && tb2 <= 250 ? tb2 / 10 : undefined;
  else volts = pi1 >= 5 && pi1 <= 25 ? pi1 : undefined;
  return { volts, milliamperes: PROGRAMMING_CURRENT[(tb1 >> 5) & 0x03] };
}

/** The global interface bytes, and those of T=15, as values. */
export function globalParameters(atr: Atr): GlobalParameters {
  const [first, second] = atr.interfaceBytes;
  const rateCode = first?.ta ?? DEFAULT_RATE_CODE;
  const ta2 = second?.ta;
  // section 8.3: without it the clock must run, and only class A is known to be right
  const ta15 = firstSpecific(atr, 15, "ta") ?? 0x01;
  const { fi, di, maxClockHz } = decodeRate(rateCode);
  return {
    fi,
    di,
    maxClockHz,
    rateCode,
    extraGuardTime: first?.tc ?? 0,
    programming: first?.tb === undefined ? undefined : programmingVoltage(first.tb, second?.tb),
    specificMode:
      ta2 === undefined
        ? undefined
        : { protocol: ta2 & 0x0f, changeable: (ta2 & 0x80) === 0, implicit: (ta2 & 0x10) !== 0 },
    clockStop: CLOCK_STOP[ta15 >> 6] ?? "none",
    classes: CLASSES[ta15 & 0x07] ?? [],
    spu: firstSpecific(atr, 15, "tb") ?? 0,
  };
}

/** The parameters of T=0, defaults filled in, whether or not the card offers it. */
export function t0Parameters(atr: Atr): T0Parameters {
  return { waitingTimeInteger: (atr.interfaceBytes[1]?.tc ?? 0) || 10 };
}

/** The parameters of T=1, defaults filled in, whether or not the card offers it. */
export function t1Parameters(atr: Atr): T1Parameters {
  const ifsc = (firstSpecific(atr, 1, "ta") ?? 0) || 32;
  const waiting = firstSpecific(atr, 1, "tb") ?? 0x4d;
  return {
    ifsc: Math.min(ifsc, 254),
    cwi: waiting & 0x0f,
    bwi: waiting >> 4,
    edc: ((firstSpecific(atr, 1, "tc") ?? 0) & 1) === 1 ? "crc" : "lrc",
  };
}
