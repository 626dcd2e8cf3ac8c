import type { SerialPortLike } from "../pipe/serial-link.ts";
import type { VirtualPn53x } from "./chip.ts";
import { FramePort, type FramePortOptions } from "./frame-port.ts";

/** Wakes the interface. */
const WAKE_UP = 0x55;

/** A serial port with a virtual chip behind it, as `serialport` shows one. */
export interface VirtualSerialPort extends SerialPortLike {
  readonly isOpen: boolean;
  /** As `update` has set it; 115200 at first. */
  readonly baudRate: number;
  /** Pulls the plug. */
  unplug(): void;
}

/** A chip that sleeps until it is woken. */
export function createVirtualSerialPort(chip: VirtualPn53x, options: FramePortOptions = {}): VirtualSerialPort {
  const data = new Set<(bytes: Uint8Array) => void>();
  const stop = new Set<(error?: Error | null) => void>();
  let isOpen = true;
  let isAwake = false;
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
      isAwake ||= bytes.includes(WAKE_UP);
      callback();
      if (isAwake) queueMicrotask(() => port.receive(bytes));
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
