import { FormatError } from "@cardwire/core";

/** Protocol info of ATQB (ISO/IEC 14443-3 section 7.9.4): what a type B card says before it is taken to ISO-DEP. */
export interface ProtocolInfo {
  /** Byte 1, see `parseBitRates`. */
  readonly bitRates: number;
  /** How long frames to the card may be, 0–15. */
  readonly fsci: number;
  /** The card understands ISO/IEC 14443-4. */
  readonly isIsoDep: boolean;
  /** Least time from the card's answer to the reader's next frame, an index of 0–3. */
  readonly minimumTr2: number;
  /** How long the card may take for an answer, 0–15. */
  readonly fwi: number;
  /** Application data coding, 0–3: 0 proprietary, 1 the ATQB's application data are CRC_B coded. */
  readonly applicationDataCoding: number;
  readonly nad: boolean;
  readonly cid: boolean;
  /** How long the card wants to be left alone after activation: of an extended ATQB alone. */
  readonly sfgi?: number;
}

/**
 * Reads the protocol info of an ATQB.
 *
 * @param bytes 3 bytes, or 4 of an extended ATQB.
 * @throws FormatError for another length.
 */
export function parseProtocolInfo(bytes: Uint8Array): ProtocolInfo {
  const [bitRates, protocol, waiting, extension] = bytes;
  if (bitRates === undefined || protocol === undefined || waiting === undefined)
    throw new FormatError("TOO_SHORT", `has 3 or 4 bytes, not ${bytes.length}`, {
      field: "protocol info",
      offset: bytes.length,
    });
  if (bytes.length > 4)
    throw new FormatError("LEFT_OVER", `has 3 or 4 bytes, not ${bytes.length}`, { field: "protocol info", offset: 4 });
  return {
    bitRates,
    fsci: protocol >> 4,
    isIsoDep: (protocol & 0x01) !== 0,
    minimumTr2: (protocol >> 1) & 0x03,
    fwi: waiting >> 4,
    applicationDataCoding: (waiting >> 2) & 0x03,
    nad: (waiting & 0x02) !== 0,
    cid: (waiting & 0x01) !== 0,
    ...(extension === undefined ? {} : { sfgi: extension >> 4 }),
  };
}
