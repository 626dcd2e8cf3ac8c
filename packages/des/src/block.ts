/** FIPS 46-3 appendix 1: S1 to S8, each four rows of sixteen hexadecimal digits. */
const S_BOXES = [
  "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
  "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
  "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
  "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
  "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
  "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
  "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
  "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
] as const;

/** FIPS 46-3: the permutation P of the function f. Bits count from 1, the most significant first. */
const P = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
] as const;

// S-boxes with P applied: eight times 64 words, filled on first use because importing a package does no work
let substitution: Uint32Array | undefined;

function fillSubstitution(): Uint32Array {
  const words = new Uint32Array(8 * 64);
  S_BOXES.forEach((text, box) => {
    const rows = text.split(" ");
    for (let six = 0; six < 64; six++) {
      const row = ((six >> 4) & 2) | (six & 1);
      const four = Number.parseInt(rows[row]?.[(six >> 1) & 15] ?? "0", 16);
      let word = 0;
      // the four bits stand at positions 4·box + 1 to 4·box + 4 of what P is applied to
      P.forEach((bit, index) => {
        const place = bit - 1 - 4 * box;
        if (place >= 0 && place < 4 && ((four >> (3 - place)) & 1) === 1) word |= 1 << (31 - index);
      });
      words[box * 64 + six] = word;
    }
  });
  return words;
}

/** The function f: expansion by taking six bits every four, key, S-boxes, P. */
function f(right: number, schedule: Uint8Array, round: number, tables: Uint32Array): number {
  // bit 32, bits 1 to 32, bit 1
  const wrapped = (right >>> 1) | (right << 31);
  let word = 0;
  for (let box = 0; box < 8; box++) {
    const shift = 26 - 4 * box;
    const six = shift >= 0 ? wrapped >>> shift : (wrapped << -shift) | (wrapped >>> (32 + shift));
    word |= tables[box * 64 + ((six & 63) ^ (schedule[round * 8 + box] ?? 0))] ?? 0;
  }
  return word;
}

/** Bit `bit` (from 1) of the initial permutation comes from this bit, counted from 0: columns 2 4 6 8 1 3 5 7, bottom to top. */
function initialSource(bit: number): number {
  const column = bit >> 3;
  return (7 - (bit & 7)) * 8 + (column < 4 ? 2 * column + 1 : 2 * (column - 4));
}

/**
 * Runs the sixteen rounds over one block of 8 bytes, in place (FIPS 46-3).
 *
 * @param decrypt takes the rounds' keys backwards.
 */
export function cryptBlock(block: Uint8Array, schedule: Uint8Array, decrypt: boolean): void {
  const tables = (substitution ??= fillSubstitution());
  let left = 0;
  let right = 0;
  for (let bit = 0; bit < 64; bit++) {
    const source = initialSource(bit);
    const value = ((block[source >> 3] ?? 0) >> (7 - (source & 7))) & 1;
    if (bit < 32) left |= value << (31 - bit);
    else right |= value << (63 - bit);
  }
  for (let round = 0; round < 16; round++) {
    const next = left ^ f(right, schedule, decrypt ? 15 - round : round, tables);
    left = right;
    right = next;
  }
  block.fill(0, 0, 8);
  for (let bit = 0; bit < 64; bit++) {
    // the halves change places after the last round
    const value = bit < 32 ? right >>> (31 - bit) : left >>> (63 - bit);
    if ((value & 1) === 0) continue;
    const source = initialSource(bit);
    block[source >> 3] = (block[source >> 3] ?? 0) | (0x80 >> (source & 7));
  }
}
