import type { RfDone, RfFailure, RfFailureReason, RfFrameReply } from "@cardwire/core";

export const DONE: RfDone = { kind: "done" };

export function failure(reason: RfFailureReason): RfFailure {
  return { kind: "failure", reason };
}

export function frameReply(data: Uint8Array, lastBits = 8): RfFrameReply {
  return { kind: "frame", data, lastBits };
}
