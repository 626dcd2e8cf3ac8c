import { type Clock, type IoctlDevice, type IoctlResult } from "@cardwire/core";
import { CallLimit, type LimitedCall } from "./call-limit.ts";

const NO_INPUT = new Uint8Array(0);

/** An open device and the patience that a resource manager has with it. */
export class DeviceLink {
  readonly device: IoctlDevice;
  readonly limit: CallLimit;
  readonly #closing = new AbortController();

  /** @param expired called when an I/O control has not been answered within the limit. */
  constructor(device: IoctlDevice, clock: Clock, limitMs: number, expired: () => void) {
    this.device = device;
    this.limit = new CallLimit(clock, limitMs, expired);
  }

  /** An I/O control that the device answers by itself. */
  async call(code: number, input: Uint8Array = NO_INPUT, outputLength = 0): Promise<IoctlResult> {
    const call: LimitedCall = { sinceTick: 0 };
    this.limit.begin(call);
    try {
      return await this.device.deviceIoControl(code, input, outputLength);
    } finally {
      this.limit.end(call);
    }
  }

  /** An I/O control that waits for a card to come or to go, and may wait for ever. */
  wait(code: number): Promise<IoctlResult> {
    return this.device.deviceIoControl(code, NO_INPUT, 0, { signal: this.#closing.signal });
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Cancels what waits and closes the handle. What the device says to that is of no use any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.limit.stop();
    await this.device.close().catch(() => undefined);
  }
}
