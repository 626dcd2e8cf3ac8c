import { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB } from "@cardwire/atr";
import type { NfcATarget, NfcBTarget } from "@cardwire/core";
import { parseAts } from "./ats.ts";

/** A target that has been taken to ISO-DEP, by the front end or by this package. */
export type ActivatedTarget =
  (NfcATarget & { readonly ats: Uint8Array }) | (NfcBTarget & { readonly attrib: Uint8Array });

/** T0 of an answer to reset says no more. */
const MOST_HISTORICAL_BYTES = 15;

/**
 * What a card says of itself beyond its UID: the historical bytes of its ATS, 15 at most, or its answer to ATTRIB.
 *
 * @throws FormatError for an ATS that is none.
 */
export function historyOf(target: ActivatedTarget): Uint8Array {
  return target.technology === "nfc-a"
    ? parseAts(target.ats).historicalBytes.slice(0, MOST_HISTORICAL_BYTES)
    : target.attrib.slice();
}

/** The answer to reset as PC/SC part 3 section 3.1.3.2.3.1 has it. @throws FormatError for an ATS that is none. */
export function atrOf(target: ActivatedTarget): Uint8Array {
  if (target.technology === "nfc-a") return buildIsoDepAtrTypeA(historyOf(target));
  return buildIsoDepAtrTypeB({
    applicationData: target.applicationData,
    protocolInfo: target.protocolInfo.subarray(0, 3),
    // a front end that keeps the answer to itself gives an empty one
    mbli: (target.attrib[0] ?? 0) >> 4,
  });
}

/** TL, T0, and TA, TB, TC, as if every ATS had them. */
const ASSUMED_HEAD_BYTES = 5;

/** Windows' buffer for an answer to reset, less its own five bytes. */
const MOST_COPIED_BYTES = 43;

/**
 * The answer to reset as Windows makes it: five bytes of the ATS are taken for its head whatever T0 says, and all that
 * follow are copied, though T0 counts them modulo 16. MBLI is always 0. (NFC class extension,
 * NfcCxSCInterfaceGetAtrLocked.)
 */
export function atrOfNfcCx(target: ActivatedTarget): Uint8Array {
  if (target.technology === "nfc-b")
    return buildIsoDepAtrTypeB({
      applicationData: target.applicationData,
      protocolInfo: target.protocolInfo.subarray(0, 3),
      mbli: 0,
    });
  const history = target.ats.subarray(ASSUMED_HEAD_BYTES, ASSUMED_HEAD_BYTES + MOST_COPIED_BYTES);
  const atr = new Uint8Array(history.length + 5);
  atr.set([0x3b, 0x80 | (history.length & 0x0f), 0x80, 0x01]);
  atr.set(history, 4);
  let tck = 0;
  for (const byte of atr.subarray(1, -1)) tck ^= byte;
  atr[atr.length - 1] = tck;
  return atr;
}
