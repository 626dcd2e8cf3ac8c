import { type IoctlDevice, type IoctlOptions, type IoctlResult, UsageError } from "@cardwire/core";
import { NTSTATUS, WIN32 } from "@cardwire/ioctl";
import type { Kernel32, NativeHandle, Overlapped } from "./kernel32.ts";
import { isErrorStatus, requestStatus } from "./request-status.ts";

const NOTHING = new Uint8Array(0);
const CANCELLED: IoctlResult = { status: NTSTATUS.CANCELLED, information: 0, output: NOTHING };
const LONGEST_INTERVAL_MS = 0x7fff_ffff;

/**
 * An open device: requests are overlapped, and a thread of the system's own pool waits for them. None of Node's threads
 * is held, however long a request pends; the process lives as long as one does.
 */
export class DeviceHandle implements IoctlDevice {
  readonly #kernel: Kernel32;
  readonly #handle: NativeHandle;
  readonly #idle: Slot[] = [];
  readonly #busy = new Set<Slot>();
  readonly #life = setInterval(() => undefined, LONGEST_INTERVAL_MS).unref();
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #setEnded: () => void = () => undefined;

  constructor(kernel: Kernel32, handle: NativeHandle) {
    this.#kernel = kernel;
    this.#handle = handle;
  }

  deviceIoControl(code: number, input: Uint8Array, outputLength: number, options?: IoctlOptions): Promise<IoctlResult> {
    try {
      return this.#begin(code, input, outputLength, options?.signal);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #begin(code: number, input: Uint8Array, outputLength: number, signal: AbortSignal | undefined): Promise<IoctlResult> {
    if (this.#isClosed) throw new UsageError("the device's handle has been closed");
    if (!Number.isInteger(outputLength) || outputLength < 0 || outputLength > 0xffff_ffff)
      throw new UsageError(`${outputLength} is no output length`);
    if (signal?.aborted === true) return Promise.resolve(CANCELLED);
    const slot = this.#idle.pop() ?? this.#createSlot();
    const result = slot.begin(outputLength, signal);
    this.#busy.add(slot);
    if (this.#busy.size === 1) this.#life.ref();
    const error = this.#kernel.deviceIoControl(this.#handle, code, input, slot.output, outputLength, slot.overlapped);
    if (error !== WIN32.IO_PENDING) slot.end(error);
    return result;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #close(): Promise<void> {
    this.#isClosed = true;
    const ended =
      this.#busy.size === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            this.#setEnded = resolve;
          });
    if (this.#busy.size > 0) this.#kernel.cancel(this.#handle);
    // at once, and not after the last request: a driver that does not heed the cancelling sees its handle go
    this.#kernel.closeHandle(this.#handle);
    for (const slot of this.#idle.splice(0)) slot.overlapped.dispose();
    return ended.then(() => {
      clearInterval(this.#life);
    });
  }

  #createSlot(): Slot {
    const slot: Slot = new Slot(
      this.#kernel.createOverlapped(() => {
        slot.look();
      }),
      {
        cancel: () => {
          if (!this.#isClosed) this.#kernel.cancel(this.#handle, slot.overlapped);
        },
        error: () => this.#kernel.overlappedError(this.#handle, slot.overlapped),
        isClosed: () => this.#isClosed,
        ended: () => {
          this.#release(slot);
        },
      },
    );
    return slot;
  }

  #release(slot: Slot): void {
    this.#busy.delete(slot);
    if (this.#busy.size === 0) this.#life.unref();
    if (!this.#isClosed) {
      this.#idle.push(slot);
      return;
    }
    slot.overlapped.dispose();
    if (this.#busy.size === 0) this.#setEnded();
  }
}

interface SlotOwner {
  readonly cancel: () => void;
  readonly error: () => number;
  readonly isClosed: () => boolean;
  readonly ended: () => void;
}

/** Room for one request at a time: an OVERLAPPED and the memory that the system writes its output to. */
class Slot {
  readonly overlapped: Overlapped;
  output: Uint8Array = NOTHING;
  readonly #owner: SlotOwner;
  #settle: ((result: IoctlResult) => void) | undefined;
  #signal: AbortSignal | undefined;

  constructor(overlapped: Overlapped, owner: SlotOwner) {
    this.overlapped = overlapped;
    this.#owner = owner;
  }

  begin(outputLength: number, signal: AbortSignal | undefined): Promise<IoctlResult> {
    if (this.output.length < outputLength) this.output = new Uint8Array(new ArrayBuffer(outputLength));
    if (signal !== undefined) {
      this.#signal = signal;
      signal.addEventListener("abort", this.#owner.cancel);
    }
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The event was set. That may be the late echo of a request that is long over: what counts is the status. */
  look(): void {
    if (this.#settle === undefined || this.overlapped.status === NTSTATUS.PENDING) return;
    if (this.#owner.isClosed()) this.#finish(CANCELLED);
    else this.end(this.#owner.error());
  }

  /** The request has ended with this Win32 error. */
  end(error: number): void {
    const { status: left, information } = this.overlapped;
    if (error === WIN32.SUCCESS) this.#finish(this.#result(NTSTATUS.SUCCESS, information));
    else {
      const status = requestStatus(error, left);
      // one that was refused on the spot has transferred nothing, and left the OVERLAPPED as it was
      this.#finish(this.#result(status, isErrorStatus(status) || left !== status ? 0 : information));
    }
  }

  #result(status: number, information: number): IoctlResult {
    return { status, information, output: information === 0 ? NOTHING : this.output.slice(0, information) };
  }

  #finish(result: IoctlResult): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#signal?.removeEventListener("abort", this.#owner.cancel);
    this.#signal = undefined;
    this.#owner.ended();
    settle?.(result);
  }
}
