import { type CardSession, type ConformanceProfile, fromHex, type NfcATarget, toHex } from "@cardwire/core";
import { mifareUltralight } from "../src/index.ts";
import { type ScriptedExchange as Exchange, playScript as play } from "@cardwire/core/testing";

/** The NTAG216 with which the Windows driver's own tests simulate a tag: UID, and what pages 2, 4 and 8 read as. */
export const target: NfcATarget = {
  technology: "nfc-a",
  uid: fromHex("04D149D29C3980"),
  atqa: fromHex("4400"),
  sak: 0,
};
export const P2 = "00000000E1106D00030DD10109550162";
export const P4 = "030DD1010955016269 6E672E636F6D00".replace(" ", "");
export const VERSION = "0004040201001303";

/** A session as the probe of an NTAG216 leaves it. */
export function openNtag216(profile: ConformanceProfile): CardSession {
  return play(mifareUltralight.activate(target, { profile }), [
    ["60", VERSION],
    ["reselect", "done"],
  ]);
}

/** Sends an APDU and gives what comes back in hexadecimal, or the NTSTATUS. */
export function transmit(card: CardSession, apdu: string, script: readonly Exchange[] = [], area = 65_538): string {
  const outcome = play(card.transmit(fromHex(apdu), area), script);
  return outcome.status === 0 ? toHex(outcome.response) : `status ${outcome.status.toString(16).toUpperCase()}`;
}
