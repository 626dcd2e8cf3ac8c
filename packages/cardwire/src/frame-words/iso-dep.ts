import { explainCommand, explainResponse } from "@cardwire/apdu/log";
import type { FrameInWords, FrameWords } from "@cardwire/nfc-reader/recording";
import { Pieces } from "./pieces.ts";

/** Blocks of ISO/IEC 14443-4, section 7.1. */
export const isoDepWords: FrameWords = {
  request: (frame) => block(frame, (apdu) => explainCommand(apdu)),
  reply: (frame, request) =>
    block(frame, (apdu) =>
      explainResponse(apdu, isWhole(request) ? request.subarray(prologueBytes(request)) : undefined),
    ),
};

function block(frame: Uint8Array, explain: (apdu: Uint8Array) => FrameInWords["lines"]): FrameInWords {
  const [pcb = 0] = frame;
  const [title, meaning] = kindOf(pcb);
  const pieces = new Pieces(frame).take(1, "PCB", meaning);
  const prologue = prologueBytes(frame);
  if (pcb & 0x08) pieces.take(1, "CID", "which card of several");
  if (isInformation(pcb) && pcb & 0x04) pieces.take(1, "NAD");
  if (!isWhole(frame)) return { title, lines: pieces.rest(pcb >> 6 === 3 ? "parameter" : "part of an APDU").lines };
  const inner = explain(frame.subarray(prologue)).map((line) => ({ ...line, offset: line.offset + prologue }));
  return { title, lines: [...pieces.lines, ...inner] };
}

function kindOf(pcb: number): readonly [string, string] {
  if (isInformation(pcb))
    return ["I-block", `information, block number ${pcb & 1}${pcb & 0x10 ? ", more to come" : ""}`];
  if (pcb >> 6 === 2) return ["R-block", `${pcb & 0x10 ? "not received" : "received"}, block number ${pcb & 1}`];
  if (pcb >> 6 === 3)
    return (pcb & 0x30) === 0x30 ? ["S-block", "more time is asked for (WTX)"] : ["S-block", "deselect"];
  return ["block", ""];
}

function isInformation(pcb: number): boolean {
  return pcb >> 6 === 0;
}

/** Neither a part of a chain nor a block without information. */
function isWhole(frame: Uint8Array): boolean {
  const [pcb = 0] = frame;
  return isInformation(pcb) && (pcb & 0x10) === 0 && frame.length > prologueBytes(frame);
}

function prologueBytes(frame: Uint8Array): number {
  const [pcb = 0] = frame;
  return 1 + (pcb & 0x08 ? 1 : 0) + (isInformation(pcb) && pcb & 0x04 ? 1 : 0);
}
