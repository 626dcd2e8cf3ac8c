import { equalBytes, type NfcBTarget, type RfDialogue } from "@cardwire/core";
import { ask, RATS_US } from "./air.ts";

/** WUPB for every application, in one slot (ISO/IEC 14443-3 section 7.7). */
export function* wakeB(): RfDialogue<NfcBTarget | undefined> {
  const atqb = yield* ask(Uint8Array.of(0x05, 0x00, 0x08));
  const isAtqb = (atqb?.length === 12 || atqb?.length === 13) && atqb[0] === 0x50;
  return isAtqb ? targetOfB(atqb) : undefined;
}

/** Takes a card that was activated with CID 0 back to where ATTRIB is understood, without taking its power. */
export function* deselectB(target: NfcBTarget): RfDialogue<boolean> {
  yield* ask(Uint8Array.of(0xc2), RATS_US);
  const woken = yield* wakeB();
  return woken !== undefined && equalBytes(woken.pupi, target.pupi);
}

/** What an ATQB says. */
export function targetOfB(atqb: Uint8Array): NfcBTarget {
  return {
    technology: "nfc-b",
    pupi: atqb.slice(1, 5),
    applicationData: atqb.slice(5, 9),
    protocolInfo: atqb.slice(9),
  };
}
