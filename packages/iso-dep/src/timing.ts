/** The carrier: 13.56 cycles in a microsecond. */
const CYCLES_PER_US = 13.56;
const UNIT_CYCLES = 4096;

/** FWI 14; 15 is reserved, and read as the default (ISO/IEC 14443-4 section 5.2.5). */
const LARGEST_FWI = 14;
export const DEFAULT_FWI = 4;

function us(cycles: number): number {
  return Math.ceil(cycles / CYCLES_PER_US);
}

/** What a reader waits beyond the frame waiting time: 49152 cycles (NFC Forum Digital, ΔFWT). */
export const EXTRA_WAIT_US: number = us(49_152);

/** How long a card may take over its answer to S(DESELECT): 65536 cycles (ISO/IEC 14443-4 section 8). */
export const DESELECT_WAIT_US: number = us(65_536) + EXTRA_WAIT_US;

/** FWT: how long a card may take to begin its answer, in microseconds (ISO/IEC 14443-4 section 7.2). */
export function frameWaitingTimeUs(fwi: number): number {
  return us(UNIT_CYCLES * 2 ** (fwi > LARGEST_FWI ? DEFAULT_FWI : fwi));
}

/** The longest FWT, which a waiting time extension does not exceed either: about 4.9 seconds. */
export const LARGEST_FWT_US: number = frameWaitingTimeUs(LARGEST_FWI);

/**
 * SFGT: how long a reader keeps still after activation, in microseconds (ISO/IEC 14443-4 section 5.2.5); 0 for the default
 * and for the reserved index 15.
 */
export function startUpGuardTimeUs(sfgi: number): number {
  return sfgi === 0 || sfgi > LARGEST_FWI ? 0 : us((UNIT_CYCLES + 384) * 2 ** sfgi);
}
