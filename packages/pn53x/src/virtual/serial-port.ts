import type { SerialPortLike } from "../pipe/serial-link.ts";
import type { VirtualPn53x } from "./chip.ts";
import { FramePort, type FramePortOptions } from "./frame-port.ts";

/** How many rising edges of the line wake the interface (PN532 data sheet, high speed UART). */
const WAKING_EDGES = 5;

/** Rising edges of a byte on the line: a start bit of 0, the bits from the lowest on, a stop bit of 1. */
function risingEdges(byte: number): number {
  let edges = 0;
  for (let bit = 0, before = 0; bit <= 8; bit++) {
    const level = bit === 8 ? 1 : (byte >> bit) & 1;
    if (level > before) edges++;
    before = level;
  }
  return edges;
}

/** A serial port with a virtual chip behind it, as `serialport` shows one. */
export interface VirtualSerialPort extends SerialPortLike {
  readonly isOpen: boolean;
  /** As `update` has set it; 115200 at first. */
  readonly baudRate: number;
  /** Pulls the plug. */
  unplug(): void;
}

/** A chip that sleeps until it is woken: by the bytes 55 of most programs, or by whatever else moves the line as often. */
export function createVirtualSerialPort(chip: VirtualPn53x, options: FramePortOptions = {}): VirtualSerialPort {
  const data = new Set<(bytes: Uint8Array) => void>();
  const stop = new Set<(error?: Error | null) => void>();
  let isOpen = true;
  let edges = 0;
  let baudRate = 115_200;
  const port = new FramePort(
    chip,
    (bytes) => {
      for (const listener of data) listener(bytes);
    },
    options,
  );
  const end = (): void => {
    isOpen = false;
    for (const listener of [...stop]) listener(null);
  };
  const listeners = (event: string): Set<unknown> => (event === "data" ? data : stop);
  return {
    get isOpen() {
      return isOpen;
    },
    get baudRate() {
      return baudRate;
    },
    write(bytes, callback) {
      if (!isOpen) {
        callback(new Error("the port is closed"));
        return;
      }
      let asleep = 0;
      while (edges < WAKING_EDGES && asleep < bytes.length) edges += risingEdges(bytes[asleep++] ?? 0);
      callback();
      if (asleep < bytes.length) queueMicrotask(() => port.receive(bytes.subarray(asleep)));
    },
    on: (event: string, listener: unknown) => listeners(event).add(listener),
    off: (event: string, listener: unknown) => listeners(event).delete(listener),
    close(callback) {
      end();
      callback();
    },
    update(settings, callback) {
      ({ baudRate } = settings);
      callback();
    },
    unplug: end,
  };
}
