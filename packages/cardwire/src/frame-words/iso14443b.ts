import { TYPE_B_MEMORY_COMMAND } from "@cardwire/iso14443b";
import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { hex, Pieces } from "./pieces.ts";

/** ST's memory cards (SRIX4K data sheet, section 8). */
export const iso14443bWords: FrameWords = {
  request(frame) {
    const title = nameOf(frame);
    const pieces = new Pieces(frame).take(1, "command", title);
    switch (frame[0]) {
      case TYPE_B_MEMORY_COMMAND.READ_BLOCK:
      case TYPE_B_MEMORY_COMMAND.WRITE_BLOCK:
        pieces.take(1, "block").rest("data", "what is written; the card gives no answer");
        break;
      case TYPE_B_MEMORY_COMMAND.SELECT:
        pieces.take(1, "chip identifier");
        break;
    }
    return { title, lines: pieces.rest("data").lines };
  },
  reply(frame, request) {
    const pieces = new Pieces(frame);
    switch (request[0]) {
      case TYPE_B_MEMORY_COMMAND.READ_BLOCK:
        return { title: "block", lines: pieces.rest("block").lines };
      case TYPE_B_MEMORY_COMMAND.GET_UID:
        return { title: "UID", lines: pieces.rest("UID", "least significant byte first: D0 02 is ST").lines };
      default:
        return { title: "", lines: pieces.rest("chip identifier").lines };
    }
  },
};

function nameOf([code, block]: Uint8Array): string {
  const name = Object.entries(TYPE_B_MEMORY_COMMAND).find(([, value]) => value === code)?.[0] ?? "";
  return name.endsWith("_BLOCK") && block !== undefined ? `${name} ${hex(block)}` : name;
}
