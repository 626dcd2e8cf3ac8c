import { StatusWord } from "@cardwire/storage-card";
import type { FrameReply } from "@cardwire/storage-card/tag-access";
import { Type2Ack } from "../rf-commands.ts";

/** What a tag said to a frame. */
export type Type2Answer =
  | { readonly kind: "bytes"; readonly data: Uint8Array }
  | { readonly kind: "ack" }
  | { readonly kind: "nak" }
  | { readonly kind: "silence" };

/** What Windows' driver makes of a NAK. Silence is 6981 there, and 6401 elsewhere. */
const NAK_WORDS: readonly number[] = [
  StatusWord.ADDRESS_NOT_FOUND,
  StatusWord.SECURITY_STATUS,
  StatusWord.MEMORY_FAILURE,
  // a NAK without a name of its own; PN53x report the four bits as a broken frame
  0xffff,
  StatusWord.UNKNOWN_FAILURE,
];

/** Understands a reply, whichever way it came. */
export function readAnswer(reply: FrameReply): Type2Answer {
  if (reply.kind === "failure") return { kind: NAK_WORDS.includes(reply.statusWord) ? "nak" : "silence" };
  const { data, lastBits } = reply;
  // Windows' driver keeps the ACK to itself
  if (data.length === 0) return { kind: "ack" };
  if (data.length === 1 && lastBits === 4) return { kind: data[0] === Type2Ack.ACK ? "ack" : "nak" };
  return { kind: "bytes", data };
}
