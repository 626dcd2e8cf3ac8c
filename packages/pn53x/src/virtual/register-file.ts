import { CIU, CIU_COMMAND, FIFO_BYTES, FLUSH_FIFO, FRAMING } from "../chip/registers.ts";

/** What the CIU stands at after a search for type A, as read from a PN532: CRC on, parity on, whole bytes. */
const RESET: readonly (readonly [address: number, value: number])[] = [
  [CIU.TX_MODE, 0x80],
  [CIU.RX_MODE, 0x80],
  [CIU.TX_CONTROL, 0x80],
  [CIU.TX_AUTO, 0x43],
  [CIU.MANUAL_RCV, 0x20],
];

/** A byte that was transmitted by command, and how many of its bits. */
export interface TransmittedByte {
  readonly value: number;
  readonly bits: number;
}

/** The registers of a virtual chip: memory, but for FIFO and command. */
export class RegisterFile {
  readonly #values = new Map<number, number>(RESET);
  readonly #fifo: number[] = [];
  readonly #transmitted: TransmittedByte[] = [];

  /** Reading the FIFO takes a byte out of it. */
  read(address: number): number {
    if (address === CIU.FIFO_DATA) return this.#fifo.shift() ?? 0;
    if (address === CIU.FIFO_LEVEL) return this.#fifo.length;
    return this.#values.get(address) ?? 0;
  }

  /** @returns what has been transmitted when the write tells the CIU to receive. */
  write(address: number, value: number): readonly TransmittedByte[] | undefined {
    switch (address) {
      case CIU.FIFO_DATA:
        if (this.#fifo.length < FIFO_BYTES) this.#fifo.push(value);
        return undefined;
      case CIU.FIFO_LEVEL:
        if ((value & FLUSH_FIFO) !== 0) this.#fifo.length = 0;
        return undefined;
      case CIU.COMMAND:
        if (value === CIU_COMMAND.TRANSMIT) this.#transmit();
        return value === CIU_COMMAND.RECEIVE ? this.#transmitted.splice(0) : undefined;
      default:
        this.#values.set(address, value);
        return undefined;
    }
  }

  /** Puts a reply into the FIFO. What does not fit is lost. */
  received(bytes: Uint8Array): void {
    this.#fifo.push(...bytes.subarray(0, FIFO_BYTES - this.#fifo.length));
  }

  /** What the firmware has left in the FIFO: one byte, or nothing. */
  leave(byte: number | undefined): void {
    this.#fifo.splice(0, this.#fifo.length, ...(byte === undefined ? [] : [byte]));
  }

  set(address: number, value: number): void {
    this.#values.set(address, value);
  }

  /** The registers as the firmware leaves them when it has looked for cards of a modulation. */
  setFraming(framing: number, speed: number): void {
    const mode = 0x80 | (speed << 4) | framing;
    this.set(CIU.TX_MODE, mode);
    this.set(CIU.RX_MODE, mode);
    this.set(CIU.TX_AUTO, framing === FRAMING.A ? 0x43 : 0x03);
    this.set(CIU.MANUAL_RCV, 0x20);
    this.set(CIU.BIT_FRAMING, 0x00);
  }

  #transmit(): void {
    const bits = this.read(CIU.BIT_FRAMING) & 7 || 8;
    for (const value of this.#fifo.splice(0)) this.#transmitted.push({ value, bits });
  }
}
