import { FormatError } from "@cardwire/core";
import { LARGEST_CID, requireRange } from "./checks.ts";

/** Protocol and parameter selection: other bit rates, right after the ATS (ISO/IEC 14443-4 section 5.3). */
export interface Pps {
  readonly cid: number;
  /** Divisor index of card to reader, 0–3 for D 1, 2, 4, 8. */
  readonly dsi: number;
  /** Divisor index of reader to card, 0–3. */
  readonly dri: number;
}

const PPSS = 0xd0;
/** PPS0: PPS1 follows. */
const WITH_PPS1 = 0x11;
const WITHOUT_PPS1 = 0x01;

/** Writes a PPS request, 3 bytes without CRC. @throws FormatError naming a field that is out of its range. */
export function buildPps({ cid, dsi, dri }: Pps): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    PPSS | requireRange(cid, LARGEST_CID, "CID"),
    WITH_PPS1,
    (requireRange(dsi, 3, "DSI") << 2) | requireRange(dri, 3, "DRI"),
  );
}

/** Reads a PPS request, without CRC. One without PPS1 asks for 106 kbit/s. @throws FormatError for anything else. */
export function parsePps(bytes: Uint8Array): Pps {
  const [start, format, rates = 0] = bytes;
  if (start === undefined || start >> 4 !== PPSS >> 4 || (start & 0x0f) > LARGEST_CID)
    throw new FormatError("INVALID_VALUE", "PPSS is D0 to DE", { field: "PPSS", offset: 0 });
  if (format !== WITH_PPS1 && format !== WITHOUT_PPS1)
    throw new FormatError("INVALID_VALUE", "PPS0 is 01 or 11", { field: "PPS0", offset: 1 });
  const length = format === WITH_PPS1 ? 3 : 2;
  if (bytes.length < length) throw new FormatError("TOO_SHORT", "PPS0 announces it", { field: "PPS1", offset: 2 });
  if (bytes.length > length)
    throw new FormatError("LEFT_OVER", `has ${length} bytes, not ${bytes.length}`, { field: "PPS", offset: length });
  return { cid: start & 0x0f, dsi: (rates >> 2) & 0x03, dri: rates & 0x03 };
}

/** A card's answer to a PPS request that it accepts: PPSS alone. A card that does not keeps silent. */
export function buildPpsAnswer(cid: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(PPSS | requireRange(cid, LARGEST_CID, "CID"));
}
