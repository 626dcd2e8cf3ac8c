import { parseCommandApdu } from "@cardwire/apdu";
import { isFormatError } from "@cardwire/core";
import { StatusWord } from "@cardwire/storage-card";

/** What GET DATA gives. */
export interface CardData {
  /** NFCID1 of type A, PUPI of type B. */
  readonly uid: Uint8Array;
  /** Historical bytes of the ATS, or the answer to ATTRIB. */
  readonly history: Uint8Array;
}

const ALL_SHORT = 256;
const ALL_EXTENDED = 65_536;

/** True for GET DATA of PC/SC part 3, whatever its parameters are: CLA FF is no card's (ISO/IEC 7816-4 section 5.4.1). */
export function isGetData(command: Uint8Array): boolean {
  return command[0] === 0xff && command[1] === 0xca;
}

function answer(statusWord: number, data: Uint8Array = new Uint8Array(0), length = data.length): Uint8Array {
  const bytes = new Uint8Array(length + 2);
  bytes.set(data);
  bytes[length] = statusWord >>> 8;
  bytes[length + 1] = statusWord & 0xff;
  return bytes;
}

/**
 * Answers GET DATA for an ISO-DEP card (PC/SC part 3 section 3.2.2.1.3): P1 00 the UID or PUPI, P1 01 the historical
 * bytes or the answer to ATTRIB. An Le that is too short gives 6Cxx and no data, one that is too long pads with 00.
 */
export function getData(command: Uint8Array, { uid, history }: CardData): Uint8Array {
  let ne: number;
  try {
    const apdu = parseCommandApdu(command);
    if (apdu.data.length > 0 || apdu.ne === 0) return answer(StatusWord.WRONG_LENGTH);
    if (apdu.p2 !== 0 || apdu.p1 > 1) return answer(StatusWord.WRONG_P1P2);
    ne = apdu.ne === (apdu.extended ? ALL_EXTENDED : ALL_SHORT) ? 0 : apdu.ne;
  } catch (error) {
    if (isFormatError(error)) return answer(StatusWord.WRONG_LENGTH);
    throw error;
  }
  const data = command[2] === 0 ? uid : history;
  if (ne === 0 || ne === data.length) return answer(StatusWord.OK, data);
  return ne < data.length
    ? answer(StatusWord.WRONG_LE | (data.length & 0xff))
    : answer(StatusWord.END_REACHED, data, ne);
}
