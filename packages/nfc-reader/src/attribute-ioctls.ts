import { copyBytes, type IoctlResult } from "@cardwire/core";
import { NTSTATUS, parseGetAttributeInput, parseSetAttributeInput } from "@cardwire/ioctl";
import type { ReaderCore } from "./reader-core.ts";
import { failed, type IoctlRequest, withOutput, withStatus } from "./request.ts";

/** IOCTL_SMARTCARD_GET_ATTRIBUTE, its tag known to be readable. @param overflow the status of a value that does not fit. */
export function getAttribute(reader: ReaderCore, request: IoctlRequest, overflow: number): IoctlResult {
  const attribute = reader.attributes.readable.get(parseGetAttributeInput(request.input));
  const value = attribute?.read(reader.slot.connected);
  if (value === undefined) return failed("NOT_SUPPORTED");
  if (typeof value === "number") return withStatus(value);
  return value.length <= request.outputLength ? withOutput(value) : withStatus(overflow);
}

/**
 * IOCTL_SMARTCARD_SET_ATTRIBUTE, its tag known to be writable.
 *
 * @param information how many bytes of the system buffer go back, where the caller has room for them. Input and output
 * share that buffer (METHOD_BUFFERED), so what goes back is the tag.
 */
export function setAttribute(reader: ReaderCore, request: IoctlRequest, information: number): IoctlResult {
  const status = reader.attributes.writable.get(parseSetAttributeInput(request.input).tag);
  if (status !== NTSTATUS.SUCCESS) return withStatus(status ?? NTSTATUS.NOT_SUPPORTED);
  return withOutput(copyBytes(request.input.subarray(0, Math.min(information, request.outputLength))));
}
