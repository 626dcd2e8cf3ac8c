import { FormatError } from "@cardwire/core";
import { encodeCommandApdu } from "./command-apdu.ts";

/** CLA of PC/SC part 3: a command to the reader, not to the card. */
const READER_CLASS = 0xff;

/** Refuses what is no whole number of `first` to `last`. */
export function checkRange(value: number, first: number, last: number, field: string): void {
  if (!Number.isInteger(value) || value < first || value > last)
    throw new FormatError("INVALID_VALUE", `${value} is not between ${first} and ${last}`, { field });
}

/** A command to the reader. P1 P2 are given as one number. */
export function readerCommand(ins: number, p1p2: number, data?: Uint8Array, ne?: number): Uint8Array<ArrayBuffer> {
  checkRange(p1p2, 0, 0xffff, "P1 P2");
  return encodeCommandApdu({
    cla: READER_CLASS,
    ins,
    p1: p1p2 >>> 8,
    p2: p1p2 & 0xff,
    ...(data && { data }),
    ...(ne !== undefined && { ne }),
    extended: false,
  });
}
