import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { TYPE1_COMMAND } from "@cardwire/topaz";
import { Pieces } from "./pieces.ts";

/** NFC Forum Type 1 (Type 1 Tag specification 1.2, section 5). */
export const topazWords: FrameWords = {
  request(frame) {
    const name = nameOf(frame);
    const pieces = new Pieces(frame).take(1, "command", name);
    switch (frame[0]) {
      case TYPE1_COMMAND.RID:
        return { title: name, lines: pieces.rest("padding", "six zeros").lines };
      case TYPE1_COMMAND.RALL:
        pieces.take(2, "padding");
        break;
      case TYPE1_COMMAND.RSEG:
        pieces.take(1, "segment", "in the upper four bits").take(8, "padding");
        break;
      case TYPE1_COMMAND.READ8:
      case TYPE1_COMMAND.WRITE_E8:
      case TYPE1_COMMAND.WRITE_NE8:
        pieces.take(1, "block").take(8, "data", "eight bytes; zeros in a read");
        break;
      default:
        pieces.take(1, "address", byteText(frame[1] ?? 0)).take(1, "data", "00 in a read");
    }
    return { title: name, lines: pieces.rest("UID", "its first four bytes: whom the command is for").lines };
  },
  reply(frame, request) {
    const pieces = new Pieces(frame);
    switch (request[0]) {
      case TYPE1_COMMAND.RID:
        return { title: "header ROM and UID", lines: header(pieces).rest("UID", "its first four bytes").lines };
      case TYPE1_COMMAND.RALL:
        return {
          title: "header ROM and blocks",
          lines: header(pieces).units(8, "block", 0, (block) =>
            block === 0 ? "UID" : block === 0x0e ? "lock bits, one-time programmable bits" : "",
          ).lines,
        };
      case TYPE1_COMMAND.RSEG:
        return { title: "segment", lines: pieces.take(1, "segment").units(8, "block", request[1] ?? 0).lines };
      case TYPE1_COMMAND.READ8:
      case TYPE1_COMMAND.WRITE_E8:
      case TYPE1_COMMAND.WRITE_NE8:
        return { title: "block", lines: pieces.take(1, "block").rest("data").lines };
      default:
        return { title: "byte", lines: pieces.take(1, "address", byteText(frame[0] ?? 0)).rest("data").lines };
    }
  },
};

function header(pieces: Pieces): Pieces {
  return pieces.take(1, "HR0", "11 static memory, 12 and others dynamic; 1: NDEF capable").take(1, "HR1");
}

function byteText(address: number): string {
  return `block ${address >> 3}, byte ${address & 7}`;
}

function nameOf([command]: Uint8Array): string {
  const name = Object.entries(TYPE1_COMMAND).find(([, code]) => code === command)?.[0] ?? "";
  return name.replace("_", "-");
}
