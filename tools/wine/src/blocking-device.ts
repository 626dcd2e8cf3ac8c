import koffi from "koffi";

const kernel32 = koffi.load("kernel32.dll");
const pointer = "void *";
const createFile: (
  path: Buffer,
  access: number,
  share: number,
  security: null,
  how: number,
  flags: number,
  template: number,
) => number = kernel32.func("__stdcall", "CreateFileW", "intptr_t", [
  pointer,
  "uint32",
  "uint32",
  pointer,
  "uint32",
  "uint32",
  "intptr_t",
]);
const closeHandle: (handle: number) => number = kernel32.func("__stdcall", "CloseHandle", "int32", ["intptr_t"]);
const deviceIoControl: (
  handle: number,
  code: number,
  input: Uint8Array,
  inputLength: number,
  output: Uint8Array,
  outputLength: number,
  returned: [number],
  overlapped: null,
) => number = kernel32.func("__stdcall", "DeviceIoControl", "int32", [
  "intptr_t",
  "uint32",
  pointer,
  "uint32",
  pointer,
  "uint32",
  koffi.out("uint32 *"),
  pointer,
]);
const getLastError: () => number = kernel32.func("__stdcall", "GetLastError", "uint32", []);

const GENERIC_READ_WRITE = 0xc000_0000;
const OPEN_EXISTING = 3;

/** A device as a plain C program uses it: each call blocks, and GetLastError tells what went wrong. */
export class BlockingDevice {
  readonly #handle: number;

  constructor(path: string) {
    this.#handle = createFile(Buffer.from(`${path}\0`, "utf16le"), GENERIC_READ_WRITE, 0, null, OPEN_EXISTING, 0, 0);
    if (this.#handle === -1) throw new Error(`CreateFileW: ${getLastError()}`);
  }

  /** The Win32 error, 0 when the call succeeded. */
  control(code: number, input: Uint8Array, outputLength: number): number {
    const output = new Uint8Array(outputLength);
    const done = deviceIoControl(this.#handle, code, input, input.length, output, outputLength, [0], null);
    return done === 0 ? getLastError() : 0;
  }

  close(): void {
    closeHandle(this.#handle);
  }
}
