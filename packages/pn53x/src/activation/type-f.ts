import type { NfcFTarget, RfDialogue } from "@cardwire/core";
import { ask } from "./air.ts";

/** Length, response code 01, IDm and PMm; the system code follows when it was asked for. */
const RESPONSE_BYTES = 18;
const POLLING_RESPONSE = 0x01;

/** A polling request in one time slot, which asks for the system code (JIS X 6319-4). */
export function* poll(systemCode = 0xffff): RfDialogue<NfcFTarget | undefined> {
  const answer = yield* ask(Uint8Array.of(0x06, 0x00, systemCode >> 8, systemCode & 0xff, 0x01, 0x00));
  if (answer === undefined || answer.length < RESPONSE_BYTES) return undefined;
  if (answer[0] !== answer.length || answer[1] !== POLLING_RESPONSE) return undefined;
  const [high, low] = answer.subarray(RESPONSE_BYTES);
  return {
    technology: "nfc-f",
    idm: answer.slice(2, 10),
    pmm: answer.slice(10, 18),
    ...(high === undefined || low === undefined ? {} : { systemCode: (high << 8) | low }),
  };
}
