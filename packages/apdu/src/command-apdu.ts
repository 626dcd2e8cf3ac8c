import { FormatError } from "@cardwire/core";
import { viewOf } from "./view.ts";

/** The cases of ISO/IEC 7816-3 section 12.1.2: with or without data and Le, S for short and E for extended length fields. */
export type ApduCase = "1" | "2S" | "3S" | "4S" | "2E" | "3E" | "4E";

/** What a command APDU is made of. Lc, Le and the case follow from it. */
export interface CommandApduFields {
  /** Class byte, 0…FF. FF is reserved by ISO/IEC 7816-4 and used by PC/SC part 3 for commands to the reader. */
  readonly cla: number;
  /** Instruction byte, 0…FF. */
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** The command data field, 0 to 65,535 bytes. Absent and empty say the same: there is no Lc. */
  readonly data?: Uint8Array;
  /** Ne, the largest number of response bytes expected, 1 to 65,536. Absent and 0 say the same: there is no Le. */
  readonly ne?: number;
  /**
   * True writes extended length fields though short ones would do, false refuses what short ones cannot say. Absent: the
   * shorter form that fits.
   */
  readonly extended?: boolean;
}

/** A command APDU taken apart. It can be given to {@link encodeCommandApdu} as it is. */
export interface CommandApdu extends CommandApduFields {
  /** A view on the bytes that were parsed; empty when there is no data field. */
  readonly data: Uint8Array;
  /** 0 when there is no Le; 256 for a short Le of 00, 65,536 for an extended one of 0000. */
  readonly ne: number;
  readonly extended: boolean;
  readonly case: ApduCase;
}

const NO_DATA = new Uint8Array(0);

function checkByte(value: number, field: string): void {
  if ((value & 0xff) !== value) throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field });
}

/**
 * Writes a command APDU (ISO/IEC 7816-3 section 12.1).
 *
 * @returns 4 to 65,544 bytes in memory of their own.
 * @throws FormatError INVALID_VALUE for a header field that is no byte, an Ne that is no whole number, and for
 *   `extended: true` on a command with neither data nor Ne, which has no extended form; TOO_LONG for what the length
 *   fields cannot say.
 */
export function encodeCommandApdu(fields: CommandApduFields): Uint8Array<ArrayBuffer> {
  const { cla, ins, p1, p2, data = NO_DATA, ne = 0, extended } = fields;
  checkByte(cla, "CLA");
  checkByte(ins, "INS");
  checkByte(p1, "P1");
  checkByte(p2, "P2");
  const nc = data.length;
  const long = extended ?? (nc > 255 || ne > 256);
  if (nc > (long ? 65_535 : 255))
    throw new FormatError("TOO_LONG", `${nc} bytes of data are more than Lc can say`, { field: "Lc" });
  if (!Number.isInteger(ne) || ne < 0)
    throw new FormatError("INVALID_VALUE", `Ne of ${ne} is no number of bytes`, { field: "Le" });
  if (ne > (long ? 65_536 : 256))
    throw new FormatError("TOO_LONG", `Ne of ${ne} is more than Le can say`, { field: "Le" });

  let bytes: Uint8Array<ArrayBuffer>;
  if (long) {
    if (nc === 0 && ne === 0)
      throw new FormatError("INVALID_VALUE", "a case 1 command has no extended form", { field: "Lc" });
    bytes = new Uint8Array(5 + (nc > 0 ? 2 + nc : 0) + (ne > 0 ? 2 : 0));
    let offset = 5;
    if (nc > 0) {
      bytes[5] = nc >>> 8;
      bytes[6] = nc;
      bytes.set(data, 7);
      offset = 7 + nc;
    }
    // 65,536 becomes 0000, as the standard codes it
    if (ne > 0) {
      bytes[offset] = ne >>> 8;
      bytes[offset + 1] = ne;
    }
  } else {
    bytes = new Uint8Array(4 + (nc > 0 ? 1 + nc : 0) + (ne > 0 ? 1 : 0));
    if (nc > 0) {
      bytes[4] = nc;
      bytes.set(data, 5);
    }
    // 256 becomes 00
    if (ne > 0) bytes[bytes.length - 1] = ne;
  }
  bytes[0] = cla;
  bytes[1] = ins;
  bytes[2] = p1;
  bytes[3] = p2;
  return bytes;
}

function leOf(high: number, low: number): number {
  return (high << 8) | low || 65_536;
}

/**
 * Takes a command APDU apart (ISO/IEC 7816-3 section 12.1.3, decoding conventions).
 *
 * The five bytes `CLA INS P1 P2 00` are case 2S with Ne 256: a zero Lc does not exist.
 *
 * @throws FormatError TOO_SHORT, LEFT_OVER or INVALID_VALUE (an extended Lc of 0000), naming CLA, Lc, data or Le.
 */
export function parseCommandApdu(bytes: Uint8Array): CommandApdu {
  const length = bytes.length;
  if (length < 4)
    throw new FormatError("TOO_SHORT", `a header has 4 bytes, there are ${length}`, { field: "header", offset: 0 });
  let name: ApduCase;
  let data = NO_DATA as Uint8Array;
  let ne = 0;
  let extended = false;
  const byte4 = bytes[4] ?? 0;
  if (length === 4) {
    name = "1";
  } else if (length === 5) {
    name = "2S";
    ne = byte4 || 256;
  } else if (byte4 !== 0) {
    const end = 5 + byte4;
    checkEnd(length, end, 1);
    data = viewOf(bytes, 5, end);
    if (length === end) {
      name = "3S";
    } else {
      name = "4S";
      ne = (bytes[end] ?? 0) || 256;
    }
  } else {
    extended = true;
    if (length < 7) throw new FormatError("TOO_SHORT", "an extended length has 3 bytes", { field: "Lc", offset: 4 });
    if (length === 7) {
      name = "2E";
      ne = leOf(bytes[5] ?? 0, bytes[6] ?? 0);
    } else {
      const nc = ((bytes[5] ?? 0) << 8) | (bytes[6] ?? 0);
      if (nc === 0)
        throw new FormatError("INVALID_VALUE", "an extended Lc of 0000 with bytes after it", {
          field: "Lc",
          offset: 4,
        });
      const end = 7 + nc;
      checkEnd(length, end, 2);
      data = viewOf(bytes, 7, end);
      if (length === end) {
        name = "3E";
      } else {
        name = "4E";
        ne = leOf(bytes[end] ?? 0, bytes[end + 1] ?? 0);
      }
    }
  }
  return {
    cla: bytes[0] ?? 0,
    ins: bytes[1] ?? 0,
    p1: bytes[2] ?? 0,
    p2: bytes[3] ?? 0,
    data,
    ne,
    extended,
    case: name,
  };
}

/** What may follow the data that ends at `end`: nothing, or an Le of `leLength` bytes. */
function checkEnd(length: number, end: number, leLength: number): void {
  if (length < end)
    throw new FormatError("TOO_SHORT", `Lc announces data up to offset ${end}, there are ${length} bytes`, {
      field: "data",
      offset: leLength === 1 ? 5 : 7,
    });
  if (length === end || length === end + leLength) return;
  if (length < end + leLength)
    throw new FormatError("TOO_SHORT", "an extended Le has 2 bytes", { field: "Le", offset: end });
  throw new FormatError("LEFT_OVER", `${length - end - leLength} bytes after Le`, {
    field: "Le",
    offset: end + leLength,
  });
}
