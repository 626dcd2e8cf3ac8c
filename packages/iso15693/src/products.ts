import { MANUFACTURER } from "./commands.ts";

/** UID byte 5 of ST's cards whose plain block commands take two address bytes, under the mask FC. */
const ST_LARGE_MEMORIES: readonly number[] = [0x44, 0x2c, 0x5c, 0x4c];

/**
 * True for ST's LRIS64K and M24LR cards, which want the protocol extension flag and two bytes of block number in plain
 * block commands (M24LR64-R data sheet, section 20; Windows picks by the same bits).
 *
 * @param uid 8 bytes, least significant first: E0 last.
 */
export function wantsProtocolExtension(uid: Uint8Array): boolean {
  return uid[6] === MANUFACTURER.ST && ST_LARGE_MEMORIES.includes((uid[5] ?? 0) & 0xfc);
}
