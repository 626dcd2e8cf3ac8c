import type { LadderLine } from "@cardwire/nfc-reader/recording";

/** Takes a frame apart from its beginning to its end, so that no byte is left out and none is told twice. */
export class Pieces {
  readonly lines: LadderLine[] = [];
  readonly #frame: Uint8Array;
  #offset = 0;

  constructor(frame: Uint8Array) {
    this.#frame = frame;
  }

  get left(): number {
    return this.#frame.length - this.#offset;
  }

  /** The next `length` bytes, or as many as there are. */
  take(length: number, field: string, meaning = ""): this {
    const bytes = this.#frame.subarray(this.#offset, this.#offset + length);
    if (bytes.length > 0) this.lines.push({ offset: this.#offset, bytes, field, meaning });
    this.#offset += bytes.length;
    return this;
  }

  /** What is left in units of `unitBytes`, named by their numbers from `first` on. */
  units(unitBytes: number, unit: string, first: number, meaning: (unit: number) => string = () => ""): this {
    for (let number = first; this.left > 0; number++) this.take(unitBytes, `${unit} ${hex(number)}`, meaning(number));
    return this;
  }

  rest(field: string, meaning = ""): this {
    return this.take(this.left, field, meaning);
  }
}

/** A number as at least two upper-case hexadecimal digits. */
export function hex(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}
