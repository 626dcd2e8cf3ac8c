import { FormatError, readUint32LE } from "@cardwire/core";
import type { ReaderPlan } from "../descriptor/plan.ts";

const PIN_VERIFICATION = 0;
const PIN_MODIFICATION = 1;

/** Bytes of PIN_VERIFY and PIN_MODIFY before abData (PC/SC part 10, sections 2.5.2 and 2.5.3). */
const VERIFY_BYTES = 19;
const MODIFY_BYTES = 24;

/** What goes into the message Secure, and how long the user may take. */
export interface PinEntry {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Offset in `data` of bTeoPrologue, which the host fills in for T=1. */
  readonly prologueOffset: number;
  readonly timeoutMs: number;
}

/** The user may take as long as the reader allows, and a reader that says nothing at least so long. */
const SHORTEST_TIMEOUT_MS = 90_000;
const MARGIN_MS = 10_000;

/**
 * abData of Secure from the input of FEATURE_VERIFY_PIN_DIRECT: bTimerOut2 and ulDataLength are left out, all else is
 * the same in the same order (USB CCID 1.1, section 6.1.11).
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another length than ulDataLength says, or an APDU of less than 4 bytes.
 */
export function verifyPinEntry(input: Uint8Array, plan: ReaderPlan): PinEntry {
  const apdu = apduOf(input, VERIFY_BYTES);
  const data = new Uint8Array(15 + apdu.length);
  data[0] = PIN_VERIFICATION;
  data[1] = input[0] ?? 0;
  data.set(input.subarray(2, 15), 2);
  // 2 bmFormatString, 3 bmPINBlockString, 4 bmPINLengthFormat, 5 wPINMaxExtraDigit, 7 bEntryValidationCondition,
  // 8 bNumberMessage, 9 wLangId, 11 bMsgIndex, 12 bTeoPrologue
  data[7] = plan.pinEntryValidation ?? data[7] ?? 0;
  data[8] = plan.pinNumberMessage ?? data[8] ?? 0;
  data.set(apdu, 15);
  return { data, prologueOffset: 12, timeoutMs: entryTimeoutMs(input) };
}

/**
 * abData of Secure from the input of FEATURE_MODIFY_PIN_DIRECT. bMsgIndex2 is there with one message or more,
 * bMsgIndex3 with three.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another length than ulDataLength says, or an APDU of less than 4 bytes.
 */
export function modifyPinEntry(input: Uint8Array, plan: ReaderPlan): PinEntry {
  const apdu = apduOf(input, MODIFY_BYTES);
  const messages = plan.pinNumberMessage ?? input[11] ?? 0;
  const indexes = messages === 0 ? 1 : messages >= 3 ? 3 : 2;
  const prologueOffset = 14 + indexes;
  const data = new Uint8Array(prologueOffset + 3 + apdu.length);
  data[0] = PIN_MODIFICATION;
  data[1] = input[0] ?? 0;
  // from bmFormatString up to wLangId
  data.set(input.subarray(2, 14), 2);
  data[10] = plan.pinEntryValidation ?? data[10] ?? 0;
  data[11] = messages;
  data.set(input.subarray(14, 14 + indexes), 14);
  data.set(input.subarray(17, 20), prologueOffset);
  data.set(apdu, prologueOffset + 3);
  return { data, prologueOffset, timeoutMs: entryTimeoutMs(input) };
}

function apduOf(input: Uint8Array, start: number): Uint8Array {
  const length = readUint32LE(input, start - 4, "ulDataLength");
  const there = input.length - start;
  if (there !== length)
    throw new FormatError(there < length ? "TOO_SHORT" : "LEFT_OVER", `${length} bytes announced, ${there} there`, {
      field: "abData",
      offset: start,
    });
  if (length < 4)
    throw new FormatError("TOO_SHORT", "a command has four bytes or more", { field: "abData", offset: start });
  return input.subarray(start);
}

function entryTimeoutMs(input: Uint8Array): number {
  return Math.max(SHORTEST_TIMEOUT_MS, (input[0] ?? 0) * 1000 + MARGIN_MS);
}
