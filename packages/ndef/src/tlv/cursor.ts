import { NdefError } from "../wire/errors.ts";
import type { ByteRange } from "./control.ts";

/** The memory in which TLV blocks stand. */
export interface TlvArea {
  /**
   * The tag's memory from its byte 0 on. It may end before `end`: what is not read yet is then asked for. On MIFARE
   * Classic, the data blocks of the NDEF sectors one after the other.
   */
  readonly memory: Uint8Array;
  /** Address of the first TLV. */
  readonly start: number;
  /** Address behind the last byte that TLVs may use, as the capability container says it. */
  readonly end: number;
  /** Bytes inside the area that belong to the tag itself, besides those that its control TLVs name. */
  readonly reserved?: readonly ByteRange[];
}

/** Walks over an area byte by byte and steps over what is reserved. */
export class AreaCursor {
  readonly area: TlvArea;
  readonly reserved: ByteRange[];
  #address: number;

  constructor(area: TlvArea) {
    this.area = area;
    this.reserved = [...(area.reserved ?? [])];
    this.#address = area.start;
  }

  /** Address of the next usable byte; `end` when there is none. */
  get address(): number {
    for (let range = this.#rangeAt(); range !== undefined; range = this.#rangeAt())
      this.#address = range.address + range.length;
    return Math.min(this.#address, this.area.end);
  }

  #rangeAt(): ByteRange | undefined {
    return this.reserved.find(({ address, length }) => address <= this.#address && this.#address < address + length);
  }

  get atEnd(): boolean {
    return this.address >= this.area.end;
  }

  /** Addresses of the next `count` usable bytes, behind which the cursor then stands. @throws NdefError TOO_SHORT */
  take(count: number, field: string): number[] {
    const addresses: number[] = [];
    const start = this.address;
    while (addresses.length < count) {
      const address = this.address;
      if (address >= this.area.end)
        throw new NdefError("TOO_SHORT", `needs ${count} bytes, ${addresses.length} are left in the area`, {
          field,
          offset: start,
        });
      addresses.push(address);
      this.#address = address + 1;
    }
    return addresses;
  }

  /** How many usable bytes are left. */
  remaining(): number {
    const before = this.#address;
    let count = 0;
    for (; !this.atEnd; this.#address++) count++;
    this.#address = before;
    return count;
  }

  /** The bytes at these addresses; `undefined` when the memory at hand ends before the last of them. */
  read(addresses: readonly number[]): Uint8Array | undefined {
    const { memory } = this.area;
    if ((addresses.at(-1) ?? -1) >= memory.length) return undefined;
    return Uint8Array.from(addresses, (address) => memory[address] ?? 0);
  }
}
