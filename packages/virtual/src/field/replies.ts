import type { RfDone, RfFailure, RfFailureReason, RfReply, RfRequest } from "@cardwire/core";

/** The answer to a request that has no answer of its own. */
export const DONE: RfDone = { kind: "done" };

/** A failure as a reply. */
export function failure(reason: RfFailureReason): RfFailure {
  return { kind: "failure", reason };
}

/** What a front end reports when the tag that a request is meant for does not answer any more. */
export function tagGone(request: RfRequest): RfReply {
  switch (request.kind) {
    case "frame":
      return request.expect === "nothing" ? DONE : failure("timeout");
    case "receive":
    case "apdu":
      return failure("timeout");
    case "mifare-authenticate":
      return failure("authentication");
    case "reselect":
      return failure("link-lost");
    case "field":
      return DONE;
  }
}
