import { toHex } from "@cardwire/core";
import { PAGE_BYTES } from "../rf-commands.ts";
import { type Persistent, uidOf } from "./image.ts";

/** MIRROR_CONF, the upper two bits of CFG0's first byte (NTAG213/215/216 section 8.5.7). */
const MIRROR_UID = 1;
const MIRROR_COUNTER = 2;

/** What a tag shows in place of its user memory. */
export interface Mirror {
  /** Byte offset from the start of the memory. */
  readonly offset: number;
  readonly ascii: Uint8Array;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * The mirror that the configuration pages ask for: UID in 14 characters, counter in 6, both with an `x` between
 * (NTAG213/215/216 section 8.7, NTAG210/212 section 8.6). `undefined` when there is none, or when it would not fit.
 *
 * @param counter the value to show; `undefined` where the counter is off or must not be read.
 */
export function mirrorOf({ product, pages }: Persistent, counter: number | undefined): Mirror | undefined {
  if (product.mirror === undefined || product.configurationPage === undefined) return undefined;
  const at = product.configurationPage * PAGE_BYTES;
  const setting = pages[at] ?? 0;
  const page = pages[at + 2] ?? 0;
  const lastPage = product.user[0]?.[1] ?? 0;
  if (page < 4 || page > lastPage) return undefined;

  // NTAG210 and 212 have no MIRROR_CONF: the page alone switches their mirror on
  const what = product.mirror === "uid" ? MIRROR_UID : setting >> 6;
  let text = "";
  if ((what & MIRROR_UID) !== 0) text += toHex(uidOf(pages));
  if ((what & MIRROR_COUNTER) !== 0 && counter !== undefined) {
    if (text !== "") text += "x";
    text += counter.toString(16).toUpperCase().padStart(6, "0");
  }
  const offset = page * PAGE_BYTES + ((setting >> 4) & 3);
  if (text === "" || offset + text.length > (lastPage + 1) * PAGE_BYTES) return undefined;
  return { offset, ascii: ascii(text) };
}

/** Lays the mirror over bytes that were read from `start` on. */
export function applyMirror(mirror: Mirror, bytes: Uint8Array, start: number): void {
  const from = Math.max(mirror.offset, start);
  const to = Math.min(mirror.offset + mirror.ascii.length, start + bytes.length);
  for (let at = from; at < to; at++) bytes[at - start] = mirror.ascii[at - mirror.offset] ?? 0;
}
