import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { hex, Pieces } from "./pieces.ts";

/** Commands by their first byte; the second is a block (MF1S50yyX data sheet, section 9). */
const COMMANDS: Readonly<Record<number, string>> = {
  0x30: "READ block",
  0x50: "HLTA",
  0x60: "AUTHENTICATE with key A, block",
  0x61: "AUTHENTICATE with key B, block",
  0xa0: "WRITE block",
  0xb0: "TRANSFER to block",
  0xc0: "DECREMENT block",
  0xc1: "INCREMENT block",
  0xc2: "RESTORE block",
};

/** MIFARE Classic, under the cipher (NXP data sheet MF1S50yyX, section 12). */
export const mifareClassicWords: FrameWords = {
  request(frame) {
    const title = nameOf(frame);
    const pieces = new Pieces(frame);
    if (title !== "") pieces.take(1, "command", title).take(1, "block");
    else if (frame.length === 16)
      return { title: "data", lines: pieces.rest("data", "the block that is written").lines };
    else if (frame.length === 4)
      return {
        title: "operand",
        lines: pieces.rest("operand", "least significant byte first; no answer is a yes").lines,
      };
    return { title, lines: pieces.rest("data").lines };
  },
  reply(frame, request) {
    const pieces = new Pieces(frame);
    if (request[0] !== 0x30) return { title: "", lines: pieces.rest("data").lines };
    if (isTrailer(request[1] ?? 0))
      pieces
        .take(6, "key A", "read as zeros")
        .take(3, "access bits")
        .take(1, "user byte")
        .rest("key B", "zeros when it is a key");
    else if (request[1] === 0)
      pieces.take(4, "UID").take(1, "BCC", "the UID's bytes, exclusive-ored").rest("manufacturer data");
    return { title: "block", lines: pieces.rest("block").lines };
  },
};

/** The last of 4 blocks, from block 128 on of 16 (MF1S70yyX data sheet, section 8.6). */
function isTrailer(block: number): boolean {
  return block < 128 ? block % 4 === 3 : block % 16 === 15;
}

function nameOf(frame: Uint8Array): string {
  const [code = -1, block = 0] = frame;
  // what follows a WRITE is 16 bytes of data
  const name = (frame.length === 2 ? COMMANDS[code] : undefined) ?? "";
  return name.endsWith("block") ? `${name} ${hex(block)}` : name;
}
