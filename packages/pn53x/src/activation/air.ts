import { type RfDialogue, type RfFailure, type RfFrameReply, type RfReply } from "@cardwire/core";

/** FWT of the commands before ISO-DEP, with room for slow cards. */
export const SHORT_US = 10_000;
/** Cards take longer over an ATS than the 4.8 ms of the standard. */
export const RATS_US = 30_000;

/** Sends bytes of a frame with CRC, and gives what comes back, in whole bytes. */
export function* ask(data: Uint8Array, timeoutUs: number = SHORT_US): RfDialogue<Uint8Array | undefined> {
  return bytesOf(yield { kind: "frame", data, timeoutUs });
}

/** Whole bytes of a reply; `undefined` for anything else. */
export function bytesOf(reply: RfReply | RfFrameReply | RfFailure): Uint8Array | undefined {
  return reply.kind === "frame" && reply.lastBits === 8 ? reply.data : undefined;
}
