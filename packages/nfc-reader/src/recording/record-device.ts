import { copyBytes, type IoctlDevice, type IoctlOptions, type IoctlResult, traceTimeUs } from "@cardwire/core";
import type { IoctlLogEntry } from "./ioctl-log.ts";

/**
 * Writes down what goes through a device, ours or anybody's. The device behaves as before; a call that rejects leaves a
 * request without a result.
 *
 * @param write is called with entries in their order, each with bytes of its own. Must not throw.
 */
export function recordIoctlDevice(device: IoctlDevice, write: (entry: IoctlLogEntry) => void): IoctlDevice {
  let requests = 0;
  const deviceIoControl = async (
    code: number,
    input: Uint8Array,
    outputLength: number,
    options?: IoctlOptions,
  ): Promise<IoctlResult> => {
    const id = ++requests;
    write({ event: "request", timeUs: traceTimeUs(), id, code, input: copyBytes(input), outputLength });
    const signal = options?.signal;
    const cancelled = (): void => write({ event: "cancel", timeUs: traceTimeUs(), id });
    if (signal?.aborted === true) cancelled();
    else signal?.addEventListener("abort", cancelled, { once: true });
    try {
      const result = await device.deviceIoControl(code, input, outputLength, options);
      const { status, output } = result;
      write({ event: "result", timeUs: traceTimeUs(), id, status, output: copyBytes(output) });
      return result;
    } finally {
      signal?.removeEventListener("abort", cancelled);
    }
  };
  return {
    deviceIoControl,
    close: () => {
      write({ event: "close", timeUs: traceTimeUs() });
      return device.close();
    },
  };
}
