import { concatBytes, type NfcBMemoryTarget, type RfDialogue } from "@cardwire/core";
import { ask } from "./air.ts";

/** INITIATE, SELECT, GET UID (SRIX4K data sheet, section 8). */
export function* selectBMemory(): RfDialogue<NfcBMemoryTarget | undefined> {
  const initiated = yield* ask(Uint8Array.of(0x06, 0x00));
  if (initiated?.length !== 1) return undefined;
  const [chipId = 0] = initiated;
  const selected = yield* ask(Uint8Array.of(0x0e, chipId));
  if (selected?.[0] !== chipId) return undefined;
  const uid = yield* ask(Uint8Array.of(0x0b));
  if (uid !== undefined) return uid.length === 8 ? { technology: "nfc-b-memory", uid, chipId } : undefined;
  // a SR176 has no such command, but its UID in its first four blocks of two bytes
  const blocks: Uint8Array[] = [];
  for (let block = 0; block < 4; block++) {
    const data = yield* ask(Uint8Array.of(0x08, block));
    if (data?.length !== 2) return undefined;
    blocks.push(data);
  }
  return { technology: "nfc-b-memory", uid: concatBytes(...blocks), chipId };
}
