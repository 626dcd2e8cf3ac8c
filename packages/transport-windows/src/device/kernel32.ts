/** A HANDLE as koffi gives and takes it. */
export type NativeHandle = number | bigint;

/** CreateFileW's outcome: a handle, or what GetLastError said. */
export type OpenOutcome = { readonly handle: NativeHandle } | { readonly error: number };

/** An OVERLAPPED with an event of its own, on which a waiting call of the system's pool is registered once for all. */
export interface Overlapped {
  /** The NTSTATUS in its member Internal; STATUS_PENDING until the request has ended. */
  readonly status: number;
  /** How many bytes were transferred: its member InternalHigh. */
  readonly information: number;
  /** Gives it back. Nothing may be under way. */
  dispose(): void;
}

/** What a device handle needs of kernel32.dll. Errors are Win32 codes, 0 for success. */
export interface Kernel32 {
  /** CreateFileW for reading and writing, shared with nobody, overlapped. */
  openDevice(path: string): OpenOutcome;
  closeHandle(handle: NativeHandle): void;
  /**
   * @param completed called back each time the event is set: a request of this OVERLAPPED may have ended.
   * @throws Win32CallError when the system has no more handles.
   */
  createOverlapped(completed: () => void): Overlapped;
  /** Begins a request: ERROR_IO_PENDING, or its error, or 0 when it has ended already. */
  deviceIoControl(
    handle: NativeHandle,
    code: number,
    input: Uint8Array,
    output: Uint8Array,
    outputLength: number,
    overlapped: Overlapped,
  ): number;
  /** GetOverlappedResult, without waiting. */
  overlappedError(handle: NativeHandle, overlapped: Overlapped): number;
  /** CancelIoEx: of one request, or of all of the handle. */
  cancel(handle: NativeHandle, overlapped?: Overlapped): void;
}
