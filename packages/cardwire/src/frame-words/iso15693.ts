import { ICODE_COMMAND, ISO15693_COMMAND, ISO15693_ERROR, REQUEST_FLAG } from "@cardwire/iso15693";
import type { FrameWords } from "@cardwire/nfc-reader/recording";
import { hex, Pieces } from "./pieces.ts";

/** ISO/IEC 15693-3, sections 7 to 10. */
export const iso15693Words: FrameWords = {
  request(frame) {
    const [flags = 0, code = 0] = frame;
    const name = commandName(code);
    const pieces = new Pieces(frame).take(1, "flags", flagsText(flags)).take(1, "command", name);
    if ((flags & REQUEST_FLAG.INVENTORY) !== 0)
      return { title: name, lines: pieces.take(1, "mask length").rest("mask").lines };
    if (code >= 0xa0) pieces.take(1, "manufacturer", "04: NXP Semiconductors");
    if ((flags & REQUEST_FLAG.ADDRESSED) !== 0) pieces.take(8, "UID", "whom the command is for");
    let title = name;
    if (name.includes("BLOCK")) {
      const at = frame.length - pieces.left;
      const wide = name.startsWith("EXTENDED") || (flags & REQUEST_FLAG.PROTOCOL_EXTENSION) !== 0 ? 2 : 1;
      title += ` ${hex((frame[at] ?? 0) | (wide === 2 ? (frame[at + 1] ?? 0) << 8 : 0))}`;
      pieces.take(wide, "block", wide === 2 ? "least significant byte first" : "");
      if (name.includes("MULTIPLE")) pieces.take(wide, "number of blocks", "less one");
    }
    return { title, lines: pieces.rest("data").lines };
  },
  reply(frame, request) {
    const [flags = 0] = frame;
    const pieces = new Pieces(frame);
    if (flags & 1) {
      pieces.take(1, "flags", "bit 0: an error");
      return { title: "error", lines: pieces.rest("error code", errorText(frame[1] ?? 0)).lines };
    }
    pieces.take(1, "flags", "00: no error");
    const name = commandName(request[1] ?? 0);
    if (name === "GET SYSTEM INFORMATION") systemInformation(pieces, frame[1] ?? 0);
    else if (name === "INVENTORY") pieces.take(1, "DSFID").rest("UID", "least significant byte first");
    else if (name.includes("READ") && name.includes("BLOCK"))
      return {
        title: "blocks",
        lines: pieces.rest("blocks", name.includes("SINGLE") ? "one block" : "as many as were asked for").lines,
      };
    return { title: "", lines: pieces.rest("data").lines };
  },
};

function systemInformation(pieces: Pieces, information: number): void {
  pieces.take(1, "information flags", "which of these are there").take(8, "UID", "least significant byte first");
  if (information & 1) pieces.take(1, "DSFID", "how data is laid out");
  if (information & 2) pieces.take(1, "AFI", "what kind of application");
  if (information & 4) pieces.take(1, "number of blocks", "less one").take(1, "block size", "less one");
  if (information & 8) pieces.take(1, "IC reference");
}

function commandName(code: number): string {
  const tables: readonly Readonly<Record<string, number>>[] = [ISO15693_COMMAND, ICODE_COMMAND];
  for (const table of tables)
    for (const [name, value] of Object.entries(table)) if (value === code) return name.replaceAll("_", " ");
  return "";
}

function flagsText(flags: number): string {
  const words = [flags & REQUEST_FLAG.HIGH_DATA_RATE ? "high data rate" : "low data rate"];
  if (flags & REQUEST_FLAG.INVENTORY) words.push("inventory");
  else {
    if (flags & REQUEST_FLAG.ADDRESSED) words.push("addressed");
    if (flags & REQUEST_FLAG.SELECT) words.push("to the selected tag");
    if (flags & REQUEST_FLAG.OPTION) words.push("option");
  }
  if (flags & REQUEST_FLAG.PROTOCOL_EXTENSION) words.push("protocol extension");
  return words.join(", ");
}

function errorText(code: number): string {
  const name = Object.entries(ISO15693_ERROR).find(([, value]) => value === code)?.[0];
  return (name ?? "unknown").replaceAll("_", " ").toLowerCase();
}
