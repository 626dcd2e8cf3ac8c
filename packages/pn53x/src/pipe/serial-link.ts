import { copyBytes } from "@cardwire/core";
import type { ByteLink } from "./byte-link.ts";

type SerialCallback = (error?: Error | null) => void;

/** A serial port that is open: what `SerialPort` of the package `serialport` has, and nothing more. */
export interface SerialPortLike {
  write(data: Uint8Array, callback: SerialCallback): unknown;
  on(event: "data", listener: (data: Uint8Array) => void): unknown;
  on(event: "close" | "error", listener: (error?: Error | null) => void): unknown;
  off(event: "data", listener: (data: Uint8Array) => void): unknown;
  off(event: "close" | "error", listener: (error?: Error | null) => void): unknown;
  close(callback: SerialCallback): unknown;
  /** Changes the baud rate. Needed only by who wants another one. */
  update?(options: { baudRate: number }, callback: SerialCallback): unknown;
  readonly isOpen?: boolean;
}

/** Calls a function that takes a callback, and waits for it. */
export function called(call: (callback: SerialCallback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

/** A serial port as a link. */
export function createSerialLink(port: SerialPortLike): ByteLink {
  let closing: Promise<void> | undefined;
  return {
    write: (bytes) => called((callback) => port.write(bytes, callback)),
    listen(onBytes, onEnd) {
      const onData = (data: Uint8Array): void => onBytes(copyBytes(data));
      const onStop = (error?: Error | null): void => onEnd(error ?? undefined);
      port.on("data", onData);
      port.on("close", onStop);
      port.on("error", onStop);
      return () => {
        port.off("data", onData);
        port.off("close", onStop);
        port.off("error", onStop);
      };
    },
    close() {
      closing ??= port.isOpen === false ? Promise.resolve() : called((callback) => port.close(callback));
      return closing;
    },
  };
}
