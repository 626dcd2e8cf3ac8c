import { concatBytes, equalBytes, fromHex } from "@cardwire/core";
import type { IsoDepApplication } from "@cardwire/iso-dep/virtual";

/** The NDEF application's name (Type 4 Tag specification 2.0, section 5.4.2). */
const NDEF_APPLICATION = fromHex("D2760000850101");
const OK = fromHex("9000");
const NOT_FOUND = fromHex("6A82");
const WRONG_OFFSET = fromHex("6B00");
const UNKNOWN_INSTRUCTION = fromHex("6D00");

/** A small card: the NDEF application with its capability container and one file, which holds a URI. */
export function createType4Application(): IsoDepApplication {
  const files = new Map([
    // 15 bytes, version 2.0, at most 59 bytes a read and 52 a write, file E104 of 256 bytes, free to read and to write
    [0xe103, fromHex("000F20003B00340406E10401000000")],
    // the length of the message, and the URI https://example.com/a?b=1
    [0xe104, concatBytes(fromHex("0016D1011255046578616D706C652E636F6D2F613F623D31"), new Uint8Array(232))],
  ]);
  let isSelected = false;
  let file: Uint8Array | undefined;
  return {
    respond(command) {
      const [, ins = 0, p1 = 0, p2 = 0, lc = 0] = command;
      const data = command.subarray(5, 5 + lc);
      if (ins === 0xa4) {
        if (p1 === 0x04) {
          isSelected = equalBytes(data, NDEF_APPLICATION);
          return isSelected ? OK : NOT_FOUND;
        }
        file = isSelected ? files.get(((data[0] ?? 0) << 8) | (data[1] ?? 0)) : undefined;
        return file === undefined ? NOT_FOUND : OK;
      }
      const offset = (p1 << 8) | p2;
      if (file === undefined) return NOT_FOUND;
      if (offset >= file.length) return WRONG_OFFSET;
      if (ins === 0xb0) return concatBytes(file.subarray(offset, offset + (lc === 0 ? 256 : lc)), OK);
      if (ins !== 0xd6) return UNKNOWN_INSTRUCTION;
      if (offset + data.length > file.length) return WRONG_OFFSET;
      file.set(data, offset);
      return OK;
    },
    reset() {
      isSelected = false;
      file = undefined;
    },
  };
}
