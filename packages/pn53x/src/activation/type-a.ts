import { concatBytes, equalBytes, type NfcATarget, type RfDialogue } from "@cardwire/core";
import { ask, bytesOf, RATS_US, SHORT_US } from "./air.ts";

/** REQA, a short frame of seven bits, and the select commands of the three cascade levels (ISO/IEC 14443-3 section 6.4). */
const REQA = 0x26;
const SELECT = [0x93, 0x95, 0x97] as const;
/** NVB: nothing of the UID, and all of it. */
const NVB_NONE = 0x20;
const NVB_ALL = 0x70;
/** First byte of a level that is not the last one. */
const CASCADE_TAG = 0x88;
const SAK_CASCADE = 0x04;

/** SAK: ISO/IEC 14443-4, and MIFARE Classic beside it. */
const SAK_ISO_DEP = 0x20;
const SAK_CLASSIC = 0x08;

/** First byte of a UID that a card draws anew whenever it is powered (ISO/IEC 14443-3 section 6.5.4). */
const RANDOM_UID = 0x08;

/** True for a UID that is another one after the next reset. */
export function isRandomUid(uid: Uint8Array): boolean {
  return uid.length === 4 && uid[0] === RANDOM_UID;
}

/** True for a card that is both ISO-DEP and MIFARE Classic. */
export function isTwoCards(sak: number): boolean {
  return (sak & (SAK_ISO_DEP | SAK_CLASSIC)) === (SAK_ISO_DEP | SAK_CLASSIC);
}

/** True when it is a Type 1 tag that answered (Type 1 Tag specification 1.2: SENS_RES 00 0C in the order of the air). */
export function isType1Atqa([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x1f) === 0 && (second & 0x0f) === 0x0c;
}

/** Asks who is there. ATQA in the order of the air, 2 bytes. */
export function* request(): RfDialogue<Uint8Array | undefined> {
  const atqa = bytesOf(yield { kind: "frame", data: Uint8Array.of(REQA), lastBits: 7, timeoutUs: SHORT_US });
  return atqa?.length === 2 ? atqa : undefined;
}

/**
 * Selects the one card that there is, or the card of a UID, by frames (ISO/IEC 14443-3 section 6.5). Two cards that answer
 * at once spoil each other's answers, and none is found then.
 *
 * @param uid 4, 7 or 10 bytes; whoever answers when absent.
 */
export function* selectA(uid?: Uint8Array): RfDialogue<NfcATarget | undefined> {
  const atqa = yield* request();
  if (atqa === undefined || isType1Atqa(atqa)) return undefined;
  const wanted = uid && cascadeOf(uid);
  let found = new Uint8Array(0);
  for (const [level, command] of SELECT.entries()) {
    const part = wanted === undefined ? yield* anticollide(command) : wanted[level];
    if (part === undefined) return undefined;
    const bcc = part.reduce((sum, byte) => sum ^ byte, 0);
    const sak = yield* ask(concatBytes(Uint8Array.of(command, NVB_ALL), part, Uint8Array.of(bcc)));
    if (sak?.length !== 1) return undefined;
    const isLast = ((sak[0] ?? 0) & SAK_CASCADE) === 0;
    found = concatBytes(found, isLast ? part : part.subarray(1));
    if (isLast) return { technology: "nfc-a", uid: found, atqa, sak: sak[0] ?? 0 };
  }
  return undefined;
}

/** Four bytes of a UID, whose check byte is right. */
function* anticollide(command: number): RfDialogue<Uint8Array | undefined> {
  const answer = bytesOf(
    yield {
      kind: "frame",
      data: Uint8Array.of(command, NVB_NONE),
      transmitCrc: false,
      receiveCrc: false,
      timeoutUs: SHORT_US,
    },
  );
  if (answer?.length !== 5 || answer.reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined;
  return answer.slice(0, 4);
}

/** The UID as the cascade levels have it. */
function cascadeOf(uid: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (; uid.length - at > 4; at += 3) parts.push(Uint8Array.of(CASCADE_TAG, ...uid.subarray(at, at + 3)));
  parts.push(uid.slice(at));
  return parts;
}

/** RATS with CID 0. */
export function* activateA(target: NfcATarget, fsdi: number): RfDialogue<NfcATarget | undefined> {
  const ats = yield* ask(Uint8Array.of(0xe0, fsdi << 4), RATS_US);
  return ats && { ...target, ats };
}

/** True when the one card found is the other one, as far as its UID tells. */
export function isSameA(found: NfcATarget | undefined, target: NfcATarget): boolean {
  if (found?.sak !== target.sak) return false;
  return isRandomUid(target.uid) ? isRandomUid(found.uid) : equalBytes(found.uid, target.uid);
}
