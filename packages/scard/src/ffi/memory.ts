/** Bytes that a function reads and writes, little-endian as every machine is that the libraries run on. */
export class Memory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** A DWORD, of which 32 bits count also where it has 64. */
  readDword(offset = 0): number {
    return this.#view.getUint32(offset, true);
  }

  writeDword(offset: number, size: 4 | 8, value: number): void {
    this.#view.setUint32(offset, value, true);
    if (size === 8) this.#view.setUint32(offset + 4, 0, true);
  }

  /** An address, or a handle. */
  readPointer(size: 4 | 8): bigint {
    return size === 8 ? this.#view.getBigUint64(0, true) : BigInt(this.#view.getUint32(0, true));
  }

  writePointer(offset: number, size: 4 | 8, value: bigint): void {
    if (size === 8) this.#view.setBigUint64(offset, value, true);
    else this.#view.setUint32(offset, Number(value), true);
  }
}
