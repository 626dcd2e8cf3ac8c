import { FormatError } from "@cardwire/core";
import { LARGEST_CID, requireRange } from "./checks.ts";

/** RATS: asks a type A card for its ATS, and takes it to ISO-DEP (ISO/IEC 14443-4 section 5.1). */
export interface Rats {
  /** Which frames the reader takes, 0–15. */
  readonly fsdi: number;
  /** The card's number among several, 0–14. */
  readonly cid: number;
}

const RATS = 0xe0;

/** Writes RATS, 2 bytes without CRC. @throws FormatError naming a field that is out of its range. */
export function buildRats({ fsdi, cid }: Rats): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(RATS, (requireRange(fsdi, 15, "FSDI") << 4) | requireRange(cid, LARGEST_CID, "CID"));
}

/** Reads RATS, without CRC. @throws FormatError for another command, another length, and CID 15. */
export function parseRats(bytes: Uint8Array): Rats {
  const [command, parameter] = bytes;
  if (command !== RATS) throw new FormatError("INVALID_VALUE", "RATS begins with E0", { field: "RATS", offset: 0 });
  if (parameter === undefined) throw new FormatError("TOO_SHORT", "has 2 bytes", { field: "RATS", offset: 1 });
  if (bytes.length > 2) throw new FormatError("LEFT_OVER", "has 2 bytes", { field: "RATS", offset: 2 });
  const cid = parameter & 0x0f;
  if (cid > LARGEST_CID) throw new FormatError("INVALID_VALUE", "15 is reserved", { field: "CID", offset: 1 });
  return { fsdi: parameter >> 4, cid };
}
