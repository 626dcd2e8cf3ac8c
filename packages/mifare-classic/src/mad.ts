import { crc8Mad, FormatError } from "@cardwire/core";

/**
 * The application identifier of NDEF data: function cluster E1, application code 03 (AN10787). An AID is written here
 * as its two bytes lie in memory, so application code first.
 */
export const MAD_AID_NDEF = 0x03e1;

/** The AIDs that say something about the sector instead of naming an application (AN10787 table 5). */
export const MAD_ADMINISTRATIVE_AIDS: Readonly<Record<number, string>> = {
  0x0000: "free",
  0x0100: "defective",
  0x0200: "reserved",
  0x0300: "additional directory information",
  0x0400: "card holder information",
  0x0500: "not applicable",
};

/** A MIFARE application directory: which application each sector belongs to. */
export interface MifareApplicationDirectory {
  /** 1: sectors 1–15. 2: sectors 17–39 of a 4K too. */
  readonly version: 1 | 2;
  /** The sector of the card publisher, 0 for none: the low six bits of the info byte. */
  readonly publisherSector: number;
  /** AID by sector. Sectors 0 and 16 hold the directory itself and have none. */
  readonly aids: ReadonlyMap<number, number>;
}

const MAD1_BYTES = 32;
const MAD2_BYTES = 48;

/**
 * Reads the directory.
 *
 * @param mad1 blocks 1 and 2 of sector 0: 32 bytes.
 * @param mad2 blocks 64–66 of sector 16: 48 bytes, on a card with MAD version 2.
 * @throws FormatError for another length, and INVALID_VALUE for a CRC that does not agree (AN10787 section 3.7).
 */
export function parseMad(mad1: Uint8Array, mad2?: Uint8Array): MifareApplicationDirectory {
  const aids = new Map<number, number>();
  readPart("MAD1", mad1, MAD1_BYTES, 1, aids);
  if (mad2 !== undefined) readPart("MAD2", mad2, MAD2_BYTES, 17, aids);
  return { version: mad2 === undefined ? 1 : 2, publisherSector: (mad1[1] ?? 0) & 0x3f, aids };
}

function readPart(
  field: string,
  bytes: Uint8Array,
  length: number,
  firstSector: number,
  aids: Map<number, number>,
): void {
  if (bytes.length !== length)
    throw new FormatError(bytes.length < length ? "TOO_SHORT" : "TOO_LONG", `${length} bytes, not ${bytes.length}`, {
      field,
    });
  const crc = crc8Mad(bytes.subarray(1));
  if (bytes[0] !== crc)
    throw new FormatError(
      "INVALID_VALUE",
      `the CRC is ${(bytes[0] ?? 0).toString(16).padStart(2, "0")}, and should be ${crc.toString(16).padStart(2, "0")}`,
      { field: `${field} CRC`, offset: 0 },
    );
  for (let offset = 2; offset < length; offset += 2)
    aids.set(firstSector + (offset - 2) / 2, ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0));
}

/** The blocks of a directory: 32 bytes for sector 0, and 48 for sector 16 in version 2. Sectors without an AID are free. */
export function buildMad(directory: MifareApplicationDirectory): {
  readonly mad1: Uint8Array;
  readonly mad2?: Uint8Array;
} {
  for (const [sector, aid] of directory.aids) {
    const last = directory.version === 1 ? 15 : 39;
    if (!Number.isInteger(sector) || sector < 1 || sector > last || sector === 16)
      throw new FormatError("INVALID_VALUE", `sector ${sector} has no place in MAD${directory.version}`, {
        field: "aids",
      });
    if (!Number.isInteger(aid) || aid < 0 || aid > 0xffff)
      throw new FormatError("INVALID_VALUE", `${aid} is no AID of two bytes`, { field: "aids" });
  }
  const mad1 = writePart(directory, MAD1_BYTES, 1);
  return directory.version === 1 ? { mad1 } : { mad1, mad2: writePart(directory, MAD2_BYTES, 17) };
}

function writePart(
  { aids, publisherSector }: MifareApplicationDirectory,
  length: number,
  firstSector: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  if (!Number.isInteger(publisherSector) || publisherSector < 0 || publisherSector > 0x3f)
    throw new FormatError("INVALID_VALUE", `${publisherSector} is no sector`, { field: "publisherSector" });
  bytes[1] = publisherSector;
  for (let offset = 2; offset < length; offset += 2) {
    const aid = aids.get(firstSector + (offset - 2) / 2) ?? 0;
    bytes[offset] = aid >> 8;
    bytes[offset + 1] = aid & 0xff;
  }
  bytes[0] = crc8Mad(bytes.subarray(1));
  return bytes;
}

/** What the general purpose byte (byte 9 of the trailer of sector 0) says of the directory; `undefined` for no directory. */
export function madVersionOf(generalPurposeByte: number): 1 | 2 | undefined {
  // DA, the highest bit, tells that there is a directory; ADV, the lowest two, its version (AN10787 section 3.2)
  if ((generalPurposeByte & 0x80) === 0) return undefined;
  const version = generalPurposeByte & 3;
  return version === 1 || version === 2 ? version : undefined;
}
