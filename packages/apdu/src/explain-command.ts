import { isFormatError, toHex } from "@cardwire/core";
import { type ApduLine, ApduLines } from "./apdu-lines.ts";
import { parseClassByte } from "./class-byte.ts";
import { type CommandApdu, parseCommandApdu } from "./command-apdu.ts";
import { explainPcscData, explainPcscParameters } from "./explain-pcsc.ts";
import { instructionName } from "./instruction-names.ts";
import { plural } from "./words.ts";

/**
 * A command byte by byte: each line has some bytes and what they mean; all lines together are the whole command, in its
 * order. Bytes that are no command APDU give one line that says why; nothing is thrown.
 */
export function explainCommand(bytes: Uint8Array): readonly ApduLine[] {
  const lines = new ApduLines(bytes);
  let command: CommandApdu;
  try {
    command = parseCommandApdu(bytes);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    if (isObsoleteAuthenticate(bytes)) return explainObsoleteAuthenticate(lines);
    return lines.rest("no command", error.message).all;
  }
  const { cla, ins, p1, p2, data, ne, extended } = command;
  lines.take(1, "CLA", classText(cla));
  lines.take(1, "INS", instructionName(command) ?? `instruction ${toHex(Uint8Array.of(ins))}`);
  const isPcsc = cla === 0xff;
  if (isPcsc) explainPcscParameters(lines, command);
  else explainParameters(lines, ins, p1, p2);
  if (data.length > 0) {
    lines.take(extended ? 3 : 1, "Lc", `${plural(data.length, "byte")} of data${extended ? ", extended length" : ""}`);
    if (isPcsc) explainPcscData(lines, command);
    else lines.take(data.length, "data", dataText(ins, p1));
  }
  if (ne > 0)
    lines.rest("Le", ne === 256 || ne === 65_536 ? `all there is, up to ${ne}` : `up to ${plural(ne, "byte")} wanted`);
  return lines.all;
}

function classText(cla: number): string {
  if (cla === 0xff) return "for the reader itself (PC/SC part 3)";
  if (cla === 0x90) return "a native command in an APDU, as DESFire has it";
  const parsed = parseClassByte(cla);
  if (parsed.kind !== "interindustry") return "proprietary class";
  const more = [
    parsed.channel > 0 ? `channel ${parsed.channel}` : "",
    parsed.secureMessaging === "none" ? "" : `secure messaging ${parsed.secureMessaging}`,
    parsed.chaining ? "more to come" : "",
  ].filter((text) => text !== "");
  return ["for the card, as ISO/IEC 7816-4 has it", ...more].join(", ");
}

/** P1 and P2 of the commonest commands of ISO/IEC 7816-4:2013 sections 11.1 to 11.3. */
function explainParameters(lines: ApduLines, ins: number, p1: number, p2: number): void {
  switch (ins) {
    case 0xa4:
      lines.take(1, "P1", SELECT_BY[p1] ?? "way of selecting");
      lines.take(
        1,
        "P2",
        `${p2 & 3 ? "next or other" : "first or only"} occurrence; ${SELECT_GIVES[(p2 >> 2) & 3] ?? ""}`,
      );
      return;
    case 0xb0:
    case 0xd0:
    case 0xd6:
      if (p1 & 0x80) {
        lines.take(1, "P1", `file with short identifier ${p1 & 0x1f}`);
        lines.take(1, "P2", `from offset ${p2}`);
      } else lines.take(2, "P1 P2", `from offset ${(p1 << 8) | p2} of the selected file`);
      return;
    case 0xb2:
    case 0xdc:
      lines.take(1, "P1", `record ${p1}`);
      lines.take(1, "P2", p2 >> 3 === 0 ? "of the selected file" : `of the file with short identifier ${p2 >> 3}`);
      return;
    case 0x20:
      lines.take(1, "P1", "");
      lines.take(
        1,
        "P2",
        p2 === 0 ? "no particular password" : `password ${p2 & 0x1f}${p2 & 0x80 ? " of the application" : ""}`,
      );
      return;
    default:
      lines.take(1, "P1", "");
      lines.take(1, "P2", "");
  }
}

const SELECT_BY: Readonly<Record<number, string>> = {
  0x00: "by file identifier",
  0x01: "a child folder, by file identifier",
  0x02: "a file of the selected folder, by file identifier",
  0x03: "the parent folder",
  0x04: "by name (AID)",
  0x08: "by path from the master file",
  0x09: "by path from the selected folder",
};
const SELECT_GIVES = [
  "file control information is answered",
  "FCP is answered",
  "FMD is answered",
  "no data is answered",
];

function dataText(ins: number, p1: number): string {
  if (ins === 0xa4) return p1 === 0x04 ? "the application's name (AID)" : "which file";
  return ins === 0xd6 || ins === 0xd0 || ins === 0xdc ? "what is written" : "command data";
}

/** `FF 88` has six bytes, with the key type in the place of Lc (PC/SC part 3 section 3.2.2.1.5). */
function isObsoleteAuthenticate(bytes: Uint8Array): boolean {
  return bytes.length === 6 && bytes[0] === 0xff && bytes[1] === 0x88;
}

function explainObsoleteAuthenticate(lines: ApduLines): readonly ApduLine[] {
  lines.take(1, "CLA", classText(0xff));
  lines.take(1, "INS", "AUTHENTICATE, the obsolete form");
  lines.take(2, "P1 P2", "block");
  lines.take(1, "key type", "60 key A, 61 key B");
  return lines.rest("key number", "where LOAD KEYS put the key").all;
}
