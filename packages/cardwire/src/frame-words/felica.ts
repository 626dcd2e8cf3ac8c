import { FELICA_COMMAND } from "@cardwire/felica";
import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { Pieces } from "./pieces.ts";

/** Command codes (JIS X 6319-4, FeliCa user's manual section 4). */
const COMMANDS: Readonly<Record<number, string>> = {
  0x00: "Polling",
  0x02: "Request Service",
  0x04: "Request Response",
  0x06: "Read Without Encryption",
  0x08: "Write Without Encryption",
  0x0a: "Search Service Code",
  0x0c: "Request System Code",
};

/** FeliCa (JIS X 6319-4; FeliCa card user's manual, section 4). */
export const felicaWords: FrameWords = {
  request(frame) {
    const title = COMMANDS[frame[1] ?? -1] ?? "";
    const pieces = new Pieces(frame).take(1, "length", "of the frame, itself included").take(1, "command", title);
    if (frame[1] === FELICA_COMMAND.POLLING)
      return {
        title,
        lines: pieces
          .take(2, "system code", "FFFF: any")
          .take(1, "request code", "00 nothing, 01 the system code, 02 the bit rates")
          .rest("time slots", "00: one").lines,
      };
    pieces.take(8, "IDm", "whom the command is for");
    if (frame[1] === FELICA_COMMAND.READ_WITHOUT_ENCRYPTION || frame[1] === FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION)
      lists(pieces, frame);
    return { title, lines: pieces.rest("data").lines };
  },
  reply(frame, request) {
    const command = request[1] ?? 0;
    const title = COMMANDS[command] ?? "";
    const pieces = new Pieces(frame)
      .take(1, "length", "of the frame, itself included")
      .take(1, "response", "the command's code and one");
    pieces.take(8, "IDm", "who answers");
    if (command === FELICA_COMMAND.POLLING)
      return {
        title,
        lines: pieces
          .take(8, "PMm", "IC code, and how long commands may take")
          .rest("requested data", "the system code, or bit rates").lines,
      };
    if (command === FELICA_COMMAND.READ_WITHOUT_ENCRYPTION || command === FELICA_COMMAND.WRITE_WITHOUT_ENCRYPTION) {
      pieces
        .take(1, "status flag 1", "00: done; else where it went wrong")
        .take(1, "status flag 2", "00: done; else why");
      if (command === FELICA_COMMAND.READ_WITHOUT_ENCRYPTION) {
        pieces.take(1, "number of blocks");
        for (let number = 1; pieces.left > 0; number++) pieces.take(16, `block ${number} of the list`);
      }
    }
    return { title, lines: pieces.rest("data").lines };
  },
};

/** Services and blocks; a block list element has two bytes when its first bit is set, else three. */
function lists(pieces: Pieces, frame: Uint8Array): void {
  const services = frame[10] ?? 0;
  pieces.take(1, "number of services");
  for (let index = 0; index < services; index++) pieces.take(2, "service code", "least significant byte first");
  const blocks = frame[11 + services * 2] ?? 0;
  pieces.take(1, "number of blocks");
  let at = 12 + services * 2;
  for (let index = 0; index < blocks; index++) {
    const length = (frame[at] ?? 0) & 0x80 ? 2 : 3;
    pieces.take(
      length,
      "block list element",
      `service ${(frame[at] ?? 0) & 0x0f} of the list, block ${frame[at + 1] ?? 0}`,
    );
    at += length;
  }
}
