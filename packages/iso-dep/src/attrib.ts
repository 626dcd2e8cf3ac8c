import { concatBytes, FormatError } from "@cardwire/core";
import { LARGEST_CID, requireBytes, requireRange } from "./checks.ts";

/** ATTRIB: takes a type B card to ISO-DEP (ISO/IEC 14443-3 section 7.10). */
export interface AttribCommand {
  /** 4 bytes: the card that is meant. */
  readonly pupi: Uint8Array;
  /** Which frames the reader takes, 0–15. */
  readonly fsdi: number;
  /** 0–14. */
  readonly cid: number;
  /** Low nibble of ATQB's protocol type, given back: 1 for ISO/IEC 14443-4 with the least TR2. 1 unless given. */
  readonly protocolType?: number;
  /** Param 2, bits 5–8: divisors of both directions as DSI and DRI. 0 is 106 kbit/s. */
  readonly bitRates?: number;
  /** For the card's application, in the same frame. */
  readonly higherLayer?: Uint8Array;
}

/** A card's answer to ATTRIB. */
export interface AttribAnswer {
  /** Maximum buffer length index, 0–15; 0 when the card does not tell. */
  readonly mbli: number;
  /** The CID that was given, or 0 from a card that takes none. */
  readonly cid: number;
  readonly higherLayer: Uint8Array;
}

const ATTRIB = 0x1d;
const HEAD_BYTES = 9;
const LEAST_PROTOCOL_TYPE = 0x01;

/** Writes ATTRIB, without CRC. @throws FormatError naming a field that is out of its range. */
export function buildAttrib(command: AttribCommand): Uint8Array<ArrayBuffer> {
  const { pupi, fsdi, cid, protocolType = LEAST_PROTOCOL_TYPE, bitRates = 0, higherLayer } = command;
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = ATTRIB;
  head.set(requireBytes(pupi, 4, "PUPI"), 1);
  // param 1 stays 00: default TR0 and TR1, SOF and EOF sent
  head[6] = (requireRange(bitRates, 15, "bit rates") << 4) | requireRange(fsdi, 15, "FSDI");
  head[7] = requireRange(protocolType, 15, "protocol type");
  head[8] = requireRange(cid, LARGEST_CID, "CID");
  return higherLayer === undefined ? head : concatBytes(head, higherLayer);
}

/** Reads ATTRIB, without CRC. @throws FormatError for another command, a short one, and CID 15. */
export function parseAttrib(bytes: Uint8Array): Required<AttribCommand> {
  if (bytes.length < HEAD_BYTES)
    throw new FormatError("TOO_SHORT", `has at least ${HEAD_BYTES} bytes, not ${bytes.length}`, {
      field: "ATTRIB",
      offset: bytes.length,
    });
  const [command, , , , , , rates = 0, protocol = 0, cid = 0] = bytes;
  if (command !== ATTRIB)
    throw new FormatError("INVALID_VALUE", "ATTRIB begins with 1D", { field: "ATTRIB", offset: 0 });
  if ((cid & 0x0f) > LARGEST_CID) throw new FormatError("INVALID_VALUE", "15 is reserved", { field: "CID", offset: 8 });
  return {
    pupi: bytes.slice(1, 5),
    bitRates: rates >> 4,
    fsdi: rates & 0x0f,
    protocolType: protocol & 0x0f,
    cid: cid & 0x0f,
    higherLayer: bytes.slice(HEAD_BYTES),
  };
}

/** Writes an answer to ATTRIB, without CRC. @throws FormatError naming a field that is out of its range. */
export function buildAttribAnswer(answer: Partial<AttribAnswer>): Uint8Array<ArrayBuffer> {
  const { mbli = 0, cid = 0, higherLayer = new Uint8Array(0) } = answer;
  return concatBytes(Uint8Array.of((requireRange(mbli, 15, "MBLI") << 4) | requireRange(cid, 15, "CID")), higherLayer);
}

/** Reads an answer to ATTRIB, without CRC. @throws FormatError TOO_SHORT when it is empty. */
export function parseAttribAnswer(bytes: Uint8Array): AttribAnswer {
  const [first] = bytes;
  if (first === undefined) throw new FormatError("TOO_SHORT", "is empty", { field: "ATTRIB answer", offset: 0 });
  return { mbli: first >> 4, cid: first & 0x0f, higherLayer: bytes.slice(1) };
}
