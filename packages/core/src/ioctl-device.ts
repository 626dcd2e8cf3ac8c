import { CardwireError, isCardwireError } from "./errors.ts";

/** What a device gives back for one I/O control. */
export interface IoctlResult {
  /** An NTSTATUS as an unsigned 32-bit number. */
  readonly status: number;
  /** IoStatus.Information: how many bytes of `output` are valid. */
  readonly information: number;
  /** The valid output bytes; `output.length` equals `information`. Not a view on memory that is written again. */
  readonly output: Uint8Array;
}

/** Options of one I/O control. */
export interface IoctlOptions {
  /** Aborting it is CancelIo: a pended request completes with CANCELLED (C0000120); one already running finishes. */
  readonly signal?: AbortSignal;
}

/**
 * A handle to a device that answers I/O controls: the in-process `nfc-reader`, or a real Windows device.
 *
 * Rules for implementers: nothing is thrown for a status; a rejection means that the contract itself was broken (a
 * closed handle, a host failure). Calls may overlap. After `close` every pending call completes with CANCELLED.
 */
export interface IoctlDevice {
  /**
   * @param code the CTL_CODE.
   * @param input the bytes handed in; consumed before the call returns.
   * @param outputLength how many bytes of output the caller can take.
   */
  deviceIoControl(code: number, input: Uint8Array, outputLength: number, options?: IoctlOptions): Promise<IoctlResult>;
  /** Closes the handle. Idempotent. */
  close(): Promise<void>;
}

/** A reader device that is not open yet, as device enumeration finds it. */
export interface IoctlDeviceInterface {
  /** The device path, unique among the devices listed together. */
  readonly path: string;
  /** SmartCardReaderKind: 1 generic, 3 NFC, 4 UICC, 5 embedded secure element. */
  readonly kind: number;
  /**
   * The name under which a resource manager lists the reader, unique among those listed together, from before it is
   * opened. When absent it is made of what the open device says: vendor, type and unit.
   */
  readonly friendlyName?: string;
  /** Opens the one handle that may be open (CreateFile). Rejects with an {@link IoctlOpenError} when it cannot be had. */
  open(): Promise<IoctlDevice>;
}

/** A device could not be opened: CreateFile's failure, as an NTSTATUS. */
export class IoctlOpenError extends CardwireError {
  override readonly name = "IoctlOpenError";
  readonly code = "DEVICE_OPEN_FAILED";
  readonly fault = "reader";
  /** ACCESS_DENIED (C0000022) while another handle is open, INVALID_DEVICE_STATE (C0000184) with the radio off, … */
  readonly status: number;
  readonly path: string;

  constructor(message: string, details: { readonly status: number; readonly path: string; readonly cause?: unknown }) {
    super(message, details);
    this.status = details.status;
    this.path = details.path;
  }
}

/** True for an {@link IoctlOpenError} of any copy of this package. */
export function isIoctlOpenError(value: unknown): value is IoctlOpenError {
  return isCardwireError(value) && value.name === "IoctlOpenError";
}
