import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { hex, Pieces } from "./pieces.ts";

const READ = 0x30;
const FAST_READ = 0x3a;

/** Commands of Type 2 tags by their first byte; the second is a page, or a number, where a name ends in a colon. */
const COMMANDS: Readonly<Record<number, string>> = {
  0x1a: "AUTHENTICATE",
  0x1b: "PWD_AUTH",
  0x30: "READ page:",
  0x39: "READ_CNT:",
  0x3a: "FAST_READ from page:",
  0x3c: "READ_SIG",
  0x3e: "CHECK_TEARING_EVENT:",
  0x4b: "VCSL",
  0x50: "HLTA",
  0x60: "GET_VERSION",
  0xa0: "COMPATIBILITY_WRITE page:",
  0xa2: "WRITE page:",
  0xa5: "INCR_CNT:",
  0xaf: "AUTHENTICATE, second part",
  0xc2: "SECTOR_SELECT",
};

/** MIFARE Ultralight and NTAG (NXP data sheets MF0ULX1 and NTAG21x, section "command set"). */
export const mifareUltralightWords: FrameWords = {
  request(frame) {
    const title = nameOf(frame);
    const pieces = new Pieces(frame).take(1, "command", title);
    switch (frame[0]) {
      case READ:
        pieces.take(1, "page", "the first of four");
        break;
      case FAST_READ:
        pieces.take(1, "first page").take(1, "last page");
        break;
      case 0xa2:
        pieces.take(1, "page").rest("data", "what is written");
        break;
      case 0xa0:
        pieces.take(1, "page", "16 bytes follow in a second frame");
        break;
      case 0x1b:
        pieces.rest("password", "4 bytes, sent in plain");
        break;
      case 0x39:
      case 0x3e:
        pieces.take(1, "counter");
        break;
      case 0xa5:
        pieces.take(1, "counter").rest("step", "least significant byte first");
        break;
    }
    return { title, lines: pieces.rest("data").lines };
  },
  reply(frame, request) {
    const pieces = new Pieces(frame);
    switch (request[0]) {
      case READ:
      case FAST_READ:
        return { title: "pages", lines: pieces.units(4, "page", request[1] ?? 0, pageMeaning).lines };
      case 0x60:
        return {
          title: "version",
          lines: pieces
            .take(1, "header")
            .take(1, "vendor", "04 NXP Semiconductors")
            .take(1, "product type", "03 MIFARE Ultralight, 04 NTAG")
            .take(1, "product subtype")
            .take(2, "version", "major, minor")
            .take(1, "storage size", "a power of two, or between two")
            .rest("protocol", "03 ISO/IEC 14443-3").lines,
        };
      case 0x1b:
        return { title: "PACK", lines: pieces.rest("PACK", "the password was right").lines };
      case 0x3c:
        return { title: "signature", lines: pieces.rest("signature", "the maker's, over the UID").lines };
      case 0x39:
        return { title: "counter", lines: pieces.rest("counter", "least significant byte first").lines };
      case 0x3e:
        return { title: "tearing flag", lines: pieces.rest("flag", "BD: no write was torn").lines };
      default:
        return { title: "", lines: pieces.rest("data").lines };
    }
  },
};

function pageMeaning(page: number): string {
  if (page === 0) return "UID, first half, and its check byte";
  if (page === 1) return "UID, second half";
  if (page === 2) return "check byte, internal byte, lock bytes";
  return page === 3 ? "one-time programmable; a formatted tag's capability container" : "";
}

function nameOf([code = -1, argument = 0]: Uint8Array): string {
  const name = COMMANDS[code] ?? "";
  return name.endsWith(":") ? `${name.slice(0, -1)} ${hex(argument)}` : name;
}
