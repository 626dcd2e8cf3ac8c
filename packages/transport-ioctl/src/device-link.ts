import { type Clock, delay, type IoctlDevice, type IoctlResult, untilAborted, UsageError } from "@cardwire/core";
import { CallLimit, type LimitedCaller } from "./call-limit.ts";

const NO_INPUT = new Uint8Array(0);
/** A device that does not even close is left behind (event 620 of Windows' smart-card service). */
const CLOSE_LIMIT_MS = 5_000;

/** An open device and the patience that a resource manager has with it. */
export class DeviceLink {
  readonly device: IoctlDevice;
  readonly limit: CallLimit;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  /** @param expired called when an I/O control has not been answered within the limit. */
  constructor(device: IoctlDevice, clock: Clock, limitMs: number, expired: () => void) {
    this.device = device;
    this.#clock = clock;
    this.limit = new CallLimit(clock, limitMs, expired);
  }

  /** An I/O control that the device answers by itself. The signal is CancelIo. */
  async call(code: number, input: Uint8Array = NO_INPUT, outputLength = 0, signal?: AbortSignal): Promise<IoctlResult> {
    const caller: LimitedCaller = { sinceTick: undefined };
    this.limit.add(caller);
    this.limit.begin(caller);
    try {
      const options = signal === undefined ? undefined : { signal };
      return await untilAborted(this.device.deviceIoControl(code, input, outputLength, options), this.#closing.signal);
    } finally {
      this.limit.delete(caller);
    }
  }

  /** An I/O control that waits for a card to come or to go, and may wait for ever. */
  wait(code: number): Promise<IoctlResult> {
    const { signal } = this.#closing;
    return untilAborted(this.device.deviceIoControl(code, NO_INPUT, 0, { signal }), signal);
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Cancels what waits and closes the handle. What the device says to that is of no use any more. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(new UsageError("the device is closed"));
    this.limit.stop();
    const done = new AbortController();
    const tooLong = delay(this.#clock, CLOSE_LIMIT_MS, done.signal).catch(() => undefined);
    await Promise.race([this.device.close().catch(() => undefined), tooLong]);
    done.abort();
  }
}
