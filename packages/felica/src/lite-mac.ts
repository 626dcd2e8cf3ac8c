import { desEncryptCbc } from "@cardwire/des";

/**
 * The arithmetic of FeliCa Lite's and Lite-S's authentication (FeliCa Lite-S user's manual, section 3): triple DES with
 * two keys, over groups of eight bytes that are each turned round.
 */

const ZERO_IV = new Uint8Array(8);

/** Turns every group of eight bytes round. */
export function reverseGroups(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const reversed = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) reversed[index] = bytes[(index & ~7) + 7 - (index & 7)] ?? 0;
  return reversed;
}

/**
 * The session key of a challenge.
 *
 * @param cardKey CK, 16 bytes, as it is meant (not as block 87 stores it, with its halves turned round).
 * @param challenge RC, 16 bytes, as it is meant.
 */
export function liteSessionKey(cardKey: Uint8Array, challenge: Uint8Array): Uint8Array<ArrayBuffer> {
  return desEncryptCbc(cardKey, ZERO_IV, challenge);
}

/**
 * The MAC over data, 8 bytes.
 *
 * @param key session key, 16 bytes; its halves are swapped for the MAC of a write.
 * @param challenge RC; its first half is the start value.
 * @param data a multiple of 8 bytes.
 */
export function liteMac(key: Uint8Array, challenge: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const cipher = desEncryptCbc(key, challenge.subarray(0, 8), reverseGroups(data));
  return reverseGroups(cipher.subarray(cipher.length - 8));
}

/** The session key with its halves swapped, for writing. */
export function writeKey(sessionKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(16);
  key.set(sessionKey.subarray(8, 16));
  key.set(sessionKey.subarray(0, 8), 8);
  return key;
}

/** What MAC_A of a write covers before the data: write counter, block and the number of MAC_A itself. */
export function macAWritePrefix(writeCounter: number, block: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(
    writeCounter & 0xff,
    (writeCounter >> 8) & 0xff,
    (writeCounter >> 16) & 0xff,
    0,
    block,
    0,
    0x91,
    0,
  );
}

/** What MAC_A of a read covers before the data: the block numbers that were asked for, MAC_A among them, filled with FF. */
export function macAReadPrefix(blocks: readonly number[]): Uint8Array<ArrayBuffer> {
  const prefix = new Uint8Array(8).fill(0xff);
  blocks.slice(0, 4).forEach((block, index) => {
    prefix[index * 2] = block & 0xff;
    prefix[index * 2 + 1] = block >> 8;
  });
  return prefix;
}
