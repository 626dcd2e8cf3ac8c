/** FIPS 46-3 appendix 1: permuted choice 1, the bits of the key that count, and permuted choice 2. Bits count from 1. */
const PERMUTED_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
  47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
] as const;
const PERMUTED_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
  40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
] as const;
const LEFT_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1] as const;

/** Sixteen rounds of eight values of six bits, one for each S-box. Parity bits of the key are not looked at. */
export function keySchedule(key: Uint8Array): Uint8Array {
  const bits = PERMUTED_CHOICE_1.map((bit) => ((key[(bit - 1) >> 3] ?? 0) >> (7 - ((bit - 1) & 7))) & 1);
  let left = bits.slice(0, 28);
  let right = bits.slice(28);
  const schedule = new Uint8Array(16 * 8);
  LEFT_SHIFTS.forEach((shift, round) => {
    left = [...left.slice(shift), ...left.slice(0, shift)];
    right = [...right.slice(shift), ...right.slice(0, shift)];
    const halves = [...left, ...right];
    PERMUTED_CHOICE_2.forEach((bit, index) => {
      const at = round * 8 + Math.floor(index / 6);
      schedule[at] = ((schedule[at] ?? 0) << 1) | (halves[bit - 1] ?? 0);
    });
  });
  return schedule;
}
