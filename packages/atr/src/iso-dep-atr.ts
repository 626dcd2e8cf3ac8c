import { FormatError } from "@cardwire/core";
import { requireInteger, requireLength } from "./checks.ts";

/** What ATQB and the answer to ATTRIB say of an ISO/IEC 14443-4 type B card. */
export interface IsoDepTypeB {
  /** Application data of ATQB, 4 bytes. */
  readonly applicationData: Uint8Array;
  /** Protocol info of ATQB, 3 bytes. */
  readonly protocolInfo: Uint8Array;
  /** Maximum buffer length index, 0 to 15: the high nibble of the first byte of the answer to ATTRIB. */
  readonly mbli: number;
}

/** `3B 8n 80 01`, the bytes, TCK: the frame that PC/SC part 3 section 3.1.3.2.3 gives every contactless card. */
export function contactlessAtr(historicalBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = historicalBytes.length;
  if (length > 15)
    throw new FormatError("TOO_LONG", `an answer to reset has at most 15 bytes, not ${length}`, {
      field: "historical bytes",
    });
  const atr = new Uint8Array(length + 5);
  atr[0] = 0x3b;
  atr[1] = 0x80 | length;
  atr[2] = 0x80;
  atr[3] = 0x01;
  atr.set(historicalBytes, 4);
  // TD1 and TD2 give 81, T0 the rest
  let tck = 0x80 ^ 0x01 ^ 0x80 ^ length;
  for (let index = 0; index < length; index++) tck ^= historicalBytes[index] ?? 0;
  atr[length + 4] = tck;
  return atr;
}

/**
 * The answer to reset that a reader makes for an ISO/IEC 14443-4 type A card (PC/SC part 3 section 3.1.3.2.3.1). It
 * serves Innovatron B′ cards too, whose startup information takes the place of the historical bytes.
 *
 * @param historicalBytes those of the ATS, 0 to 15 bytes: without TL, T0, and the TA, TB, TC that T0 announces.
 * @throws FormatError TOO_LONG for more than 15 bytes.
 */
export function buildIsoDepAtrTypeA(historicalBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return contactlessAtr(historicalBytes);
}

/**
 * The answer to reset that a reader makes for an ISO/IEC 14443-4 type B card (PC/SC part 3 section 3.1.3.2.3.1):
 * application data, protocol info, and MBLI in a high nibble.
 *
 * @throws FormatError naming the field whose length or value is wrong.
 */
export function buildIsoDepAtrTypeB(card: IsoDepTypeB): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  bytes.set(requireLength(card.applicationData, 4, "application data"), 0);
  bytes.set(requireLength(card.protocolInfo, 3, "protocol info"), 4);
  bytes[7] = requireInteger(card.mbli, 15, "MBLI") << 4;
  return contactlessAtr(bytes);
}
