import type { DumpIdentityA, NfcAIdentityDump, NfcBIdentityDump } from "../model.ts";
import { reversed } from "../bits.ts";
import type { FlipperFile } from "./file.ts";

/** UID, ATQA and SAK. Version 2 wrote the ATQA as it is received, from 3 on its most significant byte comes first. */
export function readIdentityA(file: FlipperFile, version: number): DumpIdentityA {
  const uid = file.anyBytes("UID");
  if (uid.length !== 4 && uid.length !== 7 && uid.length !== 10)
    throw file.error("DAMAGED", "UID", `has ${uid.length} bytes, not 4, 7 or 10`);
  const atqa = file.bytes("ATQA", 2);
  return { uid, atqa: version === 2 ? atqa : reversed(atqa), sak: file.byte("SAK") };
}

/** A card of which the file holds the anticollision only. */
export function parseIdentityA(file: FlipperFile, version: number): NfcAIdentityDump {
  const identity = readIdentityA(file, version);
  return { kind: "nfc-a-identity", ...identity, ats: file.has("ATS") ? file.anyBytes("ATS") : undefined };
}

/** A type B card of which the file holds the anticollision only. */
export function parseIdentityB(file: FlipperFile): NfcBIdentityDump {
  return {
    kind: "nfc-b-identity",
    pupi: file.bytes("UID", 4),
    applicationData: file.bytes("Application data", 4),
    protocolInfo: file.bytes("Protocol info", 3),
  };
}
