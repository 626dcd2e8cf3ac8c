import type { Persistent } from "./image.ts";

const LARGEST = 0xff_ffff;
/** The counter that NTAG213, 215 and 216 count their activations with. */
const NFC_COUNTER = 2;

/** The 24-bit one-way counters of a tag. */
export class Counters {
  readonly #persistent: Persistent;
  readonly #has: readonly number[];
  #counted = false;

  constructor(persistent: Persistent) {
    this.#persistent = persistent;
    this.#has = persistent.product.counters ?? [];
  }

  /** True for the one counter that counts by itself and is read under conditions (NTAG213/215/216 section 8.6). */
  get countsReads(): boolean {
    return this.#persistent.product.mirror === "uid-and-counter";
  }

  has(number: number): boolean {
    return this.#has.includes(number);
  }

  powerUp(): void {
    this.#counted = false;
  }

  /** The value of the counter that counts by itself. */
  get nfcCounter(): number {
    return this.#persistent.counters[NFC_COUNTER] ?? 0;
  }

  /** The first READ or FAST_READ after power-up counts, if the counter is enabled. */
  countRead(enabled: boolean): void {
    if (this.#counted) return;
    this.#counted = true;
    if (enabled && this.countsReads && this.nfcCounter < LARGEST)
      this.#persistent.counters[NFC_COUNTER] = this.nfcCounter + 1;
  }

  /** The counter's three bytes, least significant first. */
  read(number: number): Uint8Array {
    const value = this.#persistent.counters[number] ?? 0;
    return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, value >> 16);
  }

  /** Adds three bytes, least significant first. False when the counter would pass its end. */
  increment(number: number, step: Uint8Array): boolean {
    const { counters } = this.#persistent;
    const value = (counters[number] ?? 0) + ((step[0] ?? 0) | ((step[1] ?? 0) << 8) | ((step[2] ?? 0) << 16));
    if (value > LARGEST) return false;
    counters[number] = value;
    return true;
  }
}
