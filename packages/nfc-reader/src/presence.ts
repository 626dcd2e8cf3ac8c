import type { IoctlResult } from "@cardwire/core";
import type { PendingRequest } from "./pending-request.ts";
import type { ReaderCore } from "./reader-core.ts";
import { type IoctlRequest, SUCCESS, withStatus } from "./request.ts";

/** IOCTL_SMARTCARD_IS_PRESENT. @param busy the status of a second one. */
export function isPresent(reader: ReaderCore, request: IoctlRequest, busy: number): IoctlResult | Promise<IoctlResult> {
  return reader.slot.connected !== undefined ? SUCCESS : wait(reader, reader.slot.pendingPresent, request, busy);
}

/** IOCTL_SMARTCARD_IS_ABSENT. @param busy the status of a second one. */
export function isAbsent(reader: ReaderCore, request: IoctlRequest, busy: number): IoctlResult | Promise<IoctlResult> {
  return reader.slot.connected === undefined ? SUCCESS : wait(reader, reader.slot.pendingAbsent, request, busy);
}

function wait(
  reader: ReaderCore,
  pending: PendingRequest,
  request: IoctlRequest,
  busy: number,
): IoctlResult | Promise<IoctlResult> {
  return pending.isPending ? withStatus(busy) : reader.slot.pend(pending, request.cancellable).then(withStatus);
}
