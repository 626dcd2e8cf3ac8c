import { type Atr } from "./atr.ts";
import { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB, type IsoDepTypeB } from "./iso-dep-atr.ts";
import { parseAtr } from "./parse-atr.ts";
import { buildStorageCardAtr, isStorageCardHistory } from "./storage-card-atr.ts";

/** What a reader says of a contactless card (PC/SC part 3 section 3.1.3.2.3). */
export type ContactlessAtr =
  | {
      readonly kind: "storage-card";
      /** SS. */
      readonly standard: number;
      /** NN NN. */
      readonly cardName: number;
      /** The 4 bytes behind; not every reader writes zeros. */
      readonly reserved: Uint8Array;
    }
  /** Type A, or any card of which the reader has historical bytes. */
  | { readonly kind: "iso-dep-a"; readonly historicalBytes: Uint8Array }
  | ({ readonly kind: "iso-dep-b" } & IsoDepTypeB)
  /** Innovatron B′: the card's startup information. */
  | { readonly kind: "innovatron"; readonly historicalBytes: Uint8Array };

/**
 * Tells type B from type A, which the form does not: eight historical bytes may be either. Taken as type B when byte
 * 5 to 7 can be the protocol info of an ISO/IEC 14443-4 card (ISO/IEC 14443-3, ATQB: bit 4 of the first
 * and of the second byte is zero, bit 1 of the second says 14443-4, an FWI of 15 is reserved), the low nibble behind
 * MBLI is zero, and the bytes are neither COMPACT-TLV nor plain text.
 */
function isTypeB(bytes: Uint8Array): boolean {
  if (bytes.length !== 8 || bytes[0] === 0x80) return false;
  const [, , , , rates = 0, protocol = 0, waiting = 0, mbli = 0] = bytes;
  return (
    (rates & 0x08) === 0 &&
    (protocol & 0x09) === 0x01 &&
    waiting < 0xf0 &&
    (mbli & 0x0f) === 0 &&
    bytes.some((byte) => byte < 0x20 || byte > 0x7e)
  );
}

/** True for the startup information of an Innovatron card, which the readers in the field write as `[80] 5A 0A …`. */
function isInnovatron(bytes: Uint8Array): boolean {
  const start = bytes[0] === 0x80 ? 1 : 0;
  return bytes[start] === 0x5a && bytes[start + 1] === 0x0a;
}

/**
 * Reads the answer to reset that a reader made for a contactless card. For a whole one without defects,
 * `buildContactlessAtr(parseContactlessAtr(bytes))` gives the same bytes. A wrong TCK or surplus bytes do not matter.
 *
 * @param source the bytes, or what {@link parseAtr} made of them.
 * @returns undefined when it is not of the form `3B 8n 80 01 … TCK`.
 */
export function parseContactlessAtr(source: Uint8Array | Atr): ContactlessAtr | undefined {
  const { bytes, historicalBytes } = source instanceof Uint8Array ? parseAtr(source) : source;
  const length = (bytes[1] ?? 0) & 0x0f;
  if (bytes[0] !== 0x3b || bytes[1] !== (0x80 | length) || bytes[2] !== 0x80 || bytes[3] !== 0x01) return undefined;
  if (historicalBytes.length < length) return undefined;
  if (isStorageCardHistory(historicalBytes))
    return {
      kind: "storage-card",
      standard: historicalBytes[8] ?? 0,
      cardName: ((historicalBytes[9] ?? 0) << 8) | (historicalBytes[10] ?? 0),
      reserved: historicalBytes.slice(11),
    };
  if (isInnovatron(historicalBytes)) return { kind: "innovatron", historicalBytes };
  if (isTypeB(historicalBytes))
    return {
      kind: "iso-dep-b",
      applicationData: historicalBytes.slice(0, 4),
      protocolInfo: historicalBytes.slice(4, 7),
      mbli: (historicalBytes[7] ?? 0) >> 4,
    };
  return { kind: "iso-dep-a", historicalBytes };
}

/** Builds the answer to reset of a contactless card. @throws FormatError naming the field that does not fit. */
export function buildContactlessAtr(card: ContactlessAtr): Uint8Array<ArrayBuffer> {
  switch (card.kind) {
    case "storage-card":
      return buildStorageCardAtr(card);
    case "iso-dep-b":
      return buildIsoDepAtrTypeB(card);
    case "iso-dep-a":
    case "innovatron":
      return buildIsoDepAtrTypeA(card.historicalBytes);
  }
}
