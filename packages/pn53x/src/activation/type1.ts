import type { NfcAType1Target, RfDialogue } from "@cardwire/core";
import { ask } from "./air.ts";
import { TYPE1_COMMAND } from "./type1-commands.ts";

const UID_BYTES = 4;

/** RID, a command whose address, data and UID are zero (Type 1 Tag specification 1.2, section 5). */
export function* identifyType1(): RfDialogue<NfcAType1Target | undefined> {
  const identity = yield* ask(Uint8Array.of(TYPE1_COMMAND.RID, 0, 0, 0, 0, 0, 0));
  return identity?.length === 2 + UID_BYTES ? type1Target(identity) : undefined;
}

/** HR0 HR1 UID0–3. */
export function type1Target(identity: Uint8Array): NfcAType1Target {
  const [hr0 = 0, hr1 = 0] = identity;
  return { technology: "nfc-a-type1", hr0, hr1, uid: identity.slice(2) };
}
