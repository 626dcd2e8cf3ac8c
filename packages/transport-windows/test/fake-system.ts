import { WIN32 } from "@cardwire/ioctl";
import type { Kernel32, NativeHandle, OpenOutcome, Overlapped } from "../src/device/kernel32.ts";
import type { DeviceSetup, FoundDevice } from "../src/device/setup-api.ts";

const PENDING = 0x103;
const CANCELLED = 0xc000_0120;

interface FakeRequest {
  readonly code: number;
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  readonly outputLength: number;
  readonly overlapped: FakeOverlapped;
}

class FakeOverlapped implements Overlapped {
  status = 0;
  information = 0;
  /** The Win32 error of the request that ended last. */
  error = 0;
  disposed = false;
  readonly completed: () => void;

  constructor(completed: () => void) {
    this.completed = completed;
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** kernel32.dll as far as a device handle sees it: requests pend until a test ends them, or are refused on the spot. */
export class FakeKernel implements Kernel32 {
  readonly pending: FakeRequest[] = [];
  readonly overlapped: FakeOverlapped[] = [];
  readonly closed: NativeHandle[] = [];
  openError = 0;
  /** What is thrown instead of another OVERLAPPED. */
  failure: Error | undefined;
  /** The next request ends on the spot: with this error and what it leaves in the OVERLAPPED. */
  atOnce: { readonly error: number; readonly status: number; readonly output?: Uint8Array } | undefined;
  /** Whether cancelling ends a request. */
  heedsCancel = true;

  openDevice(): OpenOutcome {
    return this.openError === 0 ? { handle: 0x44 } : { error: this.openError };
  }

  closeHandle(handle: NativeHandle): void {
    this.closed.push(handle);
  }

  createOverlapped(completed: () => void): Overlapped {
    if (this.failure !== undefined) throw this.failure;
    const overlapped = new FakeOverlapped(completed);
    this.overlapped.push(overlapped);
    return overlapped;
  }

  deviceIoControl(
    _handle: NativeHandle,
    code: number,
    input: Uint8Array,
    output: Uint8Array,
    outputLength: number,
    overlapped: Overlapped,
  ): number {
    const one = this.#own(overlapped);
    const request = { code, input: input.slice(), output, outputLength, overlapped: one };
    one.status = PENDING;
    const { atOnce } = this;
    if (atOnce === undefined) {
      this.pending.push(request);
      return WIN32.IO_PENDING;
    }
    this.atOnce = undefined;
    one.status = atOnce.status;
    one.information = atOnce.output?.length ?? 0;
    output.set(atOnce.output ?? []);
    return atOnce.error;
  }

  overlappedError(_handle: NativeHandle, overlapped: Overlapped): number {
    return this.#own(overlapped).error;
  }

  cancel(_handle: NativeHandle, overlapped?: Overlapped): void {
    if (!this.heedsCancel) return;
    for (const request of [...this.pending])
      if (overlapped === undefined || request.overlapped === overlapped)
        this.end(request, WIN32.OPERATION_ABORTED, CANCELLED);
  }

  /** Ends a request, the oldest unless given. */
  end(request: FakeRequest | undefined, error: number, status: number, output = new Uint8Array(0)): void {
    const one = request ?? this.pending[0];
    if (one === undefined) throw new Error("nothing is pending");
    this.pending.splice(this.pending.indexOf(one), 1);
    one.output.set(output);
    Object.assign(one.overlapped, { status, error, information: output.length });
    one.overlapped.completed();
  }

  #own(overlapped: Overlapped): FakeOverlapped {
    if (!(overlapped instanceof FakeOverlapped)) throw new Error("a foreign OVERLAPPED");
    return overlapped;
  }
}

/** setupapi.dll with a list that a test changes. */
export class FakeSetup implements DeviceSetup {
  devices: FoundDevice[] = [];
  failure: Error | undefined;
  lists = 0;
  /** Whoever is told of changes; `undefined` where the system tells nobody. */
  listeners: Set<() => void> | undefined;

  list(): FoundDevice[] {
    this.lists++;
    if (this.failure !== undefined) throw this.failure;
    return [...this.devices];
  }

  notify(changed: () => void): (() => void) | undefined {
    const { listeners } = this;
    listeners?.add(changed);
    return listeners && (() => listeners.delete(changed));
  }
}
