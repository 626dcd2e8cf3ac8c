import { isBlank } from "../bits.ts";
import type { UltralightDump } from "../model.ts";

/** Version 8, TBO_0 2, TBO_1 1, last page 1, signature 32, three times a counter of 3 bytes and its tearing flag. */
export const MFU_HEADER_BYTES = 56;
/** Version 8, TBO_0 2, tearing flags 3, PACK 2, TBO_1 1, signature 32. */
export const MFU_OLD_HEADER_BYTES = 48;

/** What the header of a Proxmark3 `.bin` of an Ultralight or NTAG says; which of the two it is, its length tells. */
export function mfuHeader(header: Uint8Array): Pick<UltralightDump, "version" | "signature" | "counters" | "tearing"> {
  const isOld = header.length === MFU_OLD_HEADER_BYTES;
  const signatureAt = isOld ? 16 : 12;
  const byte = (offset: number): number => header[offset] ?? 0;
  const counter = (index: number): number =>
    byte(44 + index * 4) | (byte(45 + index * 4) << 8) | (byte(46 + index * 4) << 16);
  const tearing = (index: number): number => (isOld ? byte(10 + index) : byte(47 + index * 4));
  return {
    version: unlessBlank(header.slice(0, 8)),
    signature: unlessBlank(header.slice(signatureAt, signatureAt + 32)),
    counters: isOld ? undefined : [counter(0), counter(1), counter(2)],
    tearing: [tearing(0), tearing(1), tearing(2)],
  };
}

function unlessBlank(bytes: Uint8Array): Uint8Array | undefined {
  return isBlank(bytes) ? undefined : bytes;
}

/** The header of the newer form for a dump. */
export function formatMfuHeader(dump: UltralightDump): Uint8Array {
  const header = new Uint8Array(MFU_HEADER_BYTES);
  if (dump.version) header.set(dump.version, 0);
  header[11] = dump.memory.length / 4 - 1;
  if (dump.signature) header.set(dump.signature, 12);
  for (const index of [0, 1, 2] as const) {
    const counter = dump.counters?.[index] ?? 0;
    header.set([counter & 0xff, (counter >> 8) & 0xff, counter >> 16, dump.tearing?.[index] ?? 0], 44 + index * 4);
  }
  return header;
}
