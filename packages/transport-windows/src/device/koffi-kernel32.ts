import type { Koffi } from "../koffi.ts";
import type { Kernel32, NativeHandle, OpenOutcome, Overlapped } from "./kernel32.ts";
import { Win32CallError } from "./win32-call-error.ts";
import { wideString } from "./wide-string.ts";

const GENERIC_READ_WRITE = 0xc000_0000;
const OPEN_EXISTING = 3;
const FILE_FLAG_OVERLAPPED = 0x4000_0000;
const INFINITE = 0xffff_ffff;
const WT_EXECUTEDEFAULT = 0;

/** kernel32.dll through koffi. Every call is made on the thread of JavaScript, so GetLastError is that call's own. */
export class KoffiKernel32 implements Kernel32 {
  readonly #pointerSize: number;
  readonly #completed = new Map<number, () => void>();
  readonly #idle: NativeOverlapped[] = [];
  #nextContext = 1;
  readonly #callback: bigint;
  readonly #createFile: (
    path: Uint8Array,
    access: number,
    share: number,
    security: null,
    disposition: number,
    flags: number,
    template: number,
  ) => NativeHandle;
  readonly #closeHandle: (handle: NativeHandle) => number;
  readonly #createEvent: (security: null, manualReset: number, initial: number, name: null) => NativeHandle;
  readonly #deviceIoControl: (
    handle: NativeHandle,
    code: number,
    input: Uint8Array | null,
    inputLength: number,
    output: Uint8Array | null,
    outputLength: number,
    returned: null,
    overlapped: Uint8Array,
  ) => number;
  readonly #getOverlappedResult: (
    handle: NativeHandle,
    overlapped: Uint8Array,
    returned: [number],
    wait: number,
  ) => number;
  readonly #cancelIo: (handle: NativeHandle, overlapped: Uint8Array | null) => number;
  readonly #getLastError: () => number;
  readonly #registerWait: (
    wait: [NativeHandle],
    event: NativeHandle,
    callback: bigint,
    context: number,
    timeoutMs: number,
    flags: number,
  ) => number;

  constructor(koffi: Koffi) {
    const dll = koffi.load("kernel32.dll");
    const pointer = "void *";
    const handle = "intptr_t";
    this.#pointerSize = koffi.sizeof(pointer);
    this.#createFile = dll.func("__stdcall", "CreateFileW", handle, [
      pointer,
      "uint32",
      "uint32",
      pointer,
      "uint32",
      "uint32",
      handle,
    ]);
    this.#closeHandle = dll.func("__stdcall", "CloseHandle", "int32", [handle]);
    this.#createEvent = dll.func("__stdcall", "CreateEventW", handle, [pointer, "int32", "int32", pointer]);
    this.#deviceIoControl = dll.func("__stdcall", "DeviceIoControl", "int32", [
      handle,
      "uint32",
      pointer,
      "uint32",
      pointer,
      "uint32",
      pointer,
      pointer,
    ]);
    this.#getOverlappedResult = dll.func("__stdcall", "GetOverlappedResult", "int32", [
      handle,
      pointer,
      koffi.out("uint32 *"),
      "int32",
    ]);
    this.#cancelIo = dll.func("__stdcall", "CancelIoEx", "int32", [handle, pointer]);
    this.#getLastError = dll.func("__stdcall", "GetLastError", "uint32", []);
    const waitCallback = koffi.pointer(koffi.proto("__stdcall", null, "void", [handle, "uint8"]));
    this.#registerWait = dll.func("__stdcall", "RegisterWaitForSingleObject", "int32", [
      koffi.out("intptr_t *"),
      handle,
      waitCallback,
      handle,
      "uint32",
      "uint32",
    ]);
    // called by a thread of the system's wait pool; koffi brings the call to the thread of JavaScript
    this.#callback = koffi.register((context: NativeHandle) => {
      this.#completed.get(Number(context))?.();
    }, waitCallback);
  }

  openDevice(path: string): OpenOutcome {
    const handle = this.#createFile(
      wideString(path),
      GENERIC_READ_WRITE,
      0,
      null,
      OPEN_EXISTING,
      FILE_FLAG_OVERLAPPED,
      0,
    );
    return Number(handle) === -1 ? { error: this.#getLastError() } : { handle };
  }

  closeHandle(handle: NativeHandle): void {
    this.#closeHandle(handle);
  }

  createOverlapped(completed: () => void): Overlapped {
    const overlapped = this.#idle.pop() ?? this.#registerOverlapped();
    this.#completed.set(overlapped.context, completed);
    return overlapped;
  }

  /**
   * Registered waits are kept for the next device, and never ended. A wait that is ended may still be on its way into
   * the system, with the number of an event that is closed meanwhile, and another one's by then: it would take the end of
   * somebody else's request. Waiting until it is over would wait for a callback, and that for this thread.
   */
  #registerOverlapped(): NativeOverlapped {
    // auto-reset: the wait begins anew by itself, and no request has to register one
    const event = this.#createEvent(null, 0, 0, null);
    if (Number(event) === 0) throw new Win32CallError("CreateEvent", this.#getLastError());
    const context = this.#nextContext++;
    if (this.#registerWait([0], event, this.#callback, context, INFINITE, WT_EXECUTEDEFAULT) === 0) {
      const error = this.#getLastError();
      this.#closeHandle(event);
      throw new Win32CallError("RegisterWaitForSingleObject", error);
    }
    const overlapped: NativeOverlapped = new NativeOverlapped(this.#pointerSize, event, context, () => {
      this.#completed.delete(context);
      this.#idle.push(overlapped);
    });
    return overlapped;
  }

  deviceIoControl(
    handle: NativeHandle,
    code: number,
    input: Uint8Array,
    output: Uint8Array,
    outputLength: number,
    overlapped: Overlapped,
  ): number {
    const ended = this.#deviceIoControl(
      handle,
      code,
      input.length === 0 ? null : input,
      input.length,
      outputLength === 0 ? null : output,
      outputLength,
      null,
      memoryOf(overlapped),
    );
    return ended === 0 ? this.#getLastError() : 0;
  }

  overlappedError(handle: NativeHandle, overlapped: Overlapped): number {
    return this.#getOverlappedResult(handle, memoryOf(overlapped), [0], 0) === 0 ? this.#getLastError() : 0;
  }

  cancel(handle: NativeHandle, overlapped?: Overlapped): void {
    this.#cancelIo(handle, overlapped === undefined ? null : memoryOf(overlapped));
  }
}

function memoryOf(overlapped: Overlapped): Uint8Array {
  if (overlapped instanceof NativeOverlapped) return overlapped.memory;
  throw new TypeError("an OVERLAPPED of another maker");
}

/** OVERLAPPED of minwinbase.h: Internal, InternalHigh (pointers' size each), Offset, OffsetHigh (4 each), hEvent. */
class NativeOverlapped implements Overlapped {
  /** Memory of its own, which nothing moves: the system writes to it while JavaScript runs. */
  readonly memory: Uint8Array;
  /** What the system calls back with when the event is set. */
  readonly context: number;
  readonly #view: DataView;
  readonly #pointerSize: number;
  readonly #dispose: () => void;

  constructor(pointerSize: number, event: NativeHandle, context: number, dispose: () => void) {
    this.#pointerSize = pointerSize;
    this.context = context;
    this.#dispose = dispose;
    const buffer = new ArrayBuffer(3 * pointerSize + 8);
    this.memory = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    const eventOffset = 2 * pointerSize + 8;
    if (pointerSize === 8) this.#view.setBigUint64(eventOffset, BigInt(event), true);
    else this.#view.setUint32(eventOffset, Number(event), true);
  }

  get status(): number {
    return this.#view.getUint32(0, true);
  }

  get information(): number {
    return this.#view.getUint32(this.#pointerSize, true);
  }

  dispose(): void {
    this.#dispose();
  }
}
