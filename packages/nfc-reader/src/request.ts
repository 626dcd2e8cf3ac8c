import type { IoctlResult } from "@cardwire/core";
import { NTSTATUS, type NtStatusName } from "@cardwire/ioctl";
import type { Cancellable } from "./air.ts";

/** One I/O control on its way through the device. */
export interface IoctlRequest {
  /** The caller's bytes: read before the call returns, never kept. */
  readonly input: Uint8Array;
  readonly outputLength: number;
  readonly cancellable: Cancellable;
}

const NOTHING = new Uint8Array(0);

/** A status without output. */
export function withStatus(status: number): IoctlResult {
  return { status, information: 0, output: NOTHING };
}

/** A named status without output. */
export function failed(status: NtStatusName): IoctlResult {
  return withStatus(NTSTATUS[status]);
}

/** Success with output, which must be the receiver's own bytes. */
export function withOutput(output: Uint8Array): IoctlResult {
  return { status: NTSTATUS.SUCCESS, information: output.length, output };
}

/** Success without output. */
export const SUCCESS: IoctlResult = withStatus(NTSTATUS.SUCCESS);
