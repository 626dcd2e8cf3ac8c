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
  /** The PIN is all that follows a command of four bytes. */
  readonly unpadded: boolean;
}

/** The user may take as long as the reader allows, and a reader that says nothing at least so long. */
const SHORTEST_TIMEOUT_MS = 90_000;
const MARGIN_MS = 10_000;

/** bEntryValidationCondition: the user presses a key; the greatest value is all three conditions. */
const VALIDATION_KEY = 2;
const ALL_CONDITIONS = 7;
/** bNumberMessage of PIN_MODIFY: as many, or the reader's own. */
const MOST_MESSAGES = 3;
const READERS_MESSAGES = 0xff;

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
  if (plan.pinDigitsReversed) data.subarray(5, 7).reverse();
  data[7] = entryValidation(data[7] ?? 0, plan);
  data[8] = plan.pinNumberMessage ?? data[8] ?? 0;
  data.set(apdu, 15);
  const unpadded = data[3] === 0 && apdu.length === 4;
  return { data, prologueOffset: 12, timeoutMs: entryTimeoutMs(input), unpadded };
}

/**
 * abData of Secure from the input of FEATURE_MODIFY_PIN_DIRECT. bMsgIndex2 is there with one message or more,
 * bMsgIndex3 with three.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another length than ulDataLength says, or an APDU of less than 4 bytes;
 *   INVALID_VALUE for a bNumberMessage that is none.
 */
export function modifyPinEntry(input: Uint8Array, plan: ReaderPlan): PinEntry {
  const apdu = apduOf(input, MODIFY_BYTES);
  const asked = input[11] ?? 0;
  if (asked > MOST_MESSAGES && asked !== READERS_MESSAGES)
    throw new FormatError("INVALID_VALUE", `${asked} messages, 3 are the most`, {
      field: "bNumberMessage",
      offset: 11,
    });
  const { pinModification } = plan;
  const messages = pinModification === "no-message" ? 0 : pinModification === "three-messages" ? MOST_MESSAGES : asked;
  const indexes = pinModification !== undefined || messages >= 3 ? 3 : messages === 0 ? 1 : 2;
  const prologueOffset = 14 + indexes;
  const data = new Uint8Array(prologueOffset + 3 + apdu.length);
  data[0] = PIN_MODIFICATION;
  data[1] = input[0] ?? 0;
  // from bmFormatString up to wLangId
  data.set(input.subarray(2, 14), 2);
  data[10] = entryValidation(data[10] ?? 0, plan);
  data[11] = messages;
  if (pinModification !== "no-message") data.set(input.subarray(14, 14 + indexes), 14);
  else data.fill(0, 14, prologueOffset);
  data.set(input.subarray(17, 20), prologueOffset);
  data.set(apdu, prologueOffset + 3);
  return { data, prologueOffset, timeoutMs: entryTimeoutMs(input), unpadded: false };
}

/** A condition that is none would never be fulfilled, and some readers do not survive it: a key is there always. */
function entryValidation(asked: number, plan: ReaderPlan): number {
  return plan.pinEntryValidation ?? (asked === 0 || asked > ALL_CONDITIONS ? VALIDATION_KEY : asked);
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
