import { FormatError } from "@cardwire/core";
import { cryptBlock } from "./block.ts";
import { keySchedule } from "./key-schedule.ts";

const BLOCK_BYTES = 8;

/** The schedules of the three keys of triple DES; all three the same one for DES. */
function schedules(key: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array] {
  if (key.length !== 8 && key.length !== 16 && key.length !== 24)
    throw new FormatError(
      key.length < 24 ? "TOO_SHORT" : "TOO_LONG",
      `a key has 8, 16 or 24 bytes, not ${key.length}`,
      {
        field: "key",
      },
    );
  const first = keySchedule(key);
  if (key.length === 8) return [first, first, first];
  const second = keySchedule(key.subarray(8));
  return [first, second, key.length === 24 ? keySchedule(key.subarray(16)) : first];
}

function checkBlocks(iv: Uint8Array, data: Uint8Array): void {
  if (iv.length !== BLOCK_BYTES)
    throw new FormatError(iv.length < BLOCK_BYTES ? "TOO_SHORT" : "TOO_LONG", `has 8 bytes, not ${iv.length}`, {
      field: "initialization vector",
    });
  if (data.length % BLOCK_BYTES !== 0)
    throw new FormatError("LEFT_OVER", `${data.length} bytes are no whole number of blocks`, {
      field: "data",
      offset: data.length - (data.length % BLOCK_BYTES),
    });
}

/**
 * Encrypts whole blocks in CBC mode, without padding (FIPS 46-3, NIST SP 800-38A).
 *
 * @param key 8 bytes for DES, 16 for triple DES with two keys, 24 with three. Parity bits are not looked at.
 * @param iv 8 bytes.
 * @throws FormatError for a key or IV of another length, or data that are no whole number of blocks of 8 bytes.
 */
export function desEncryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  checkBlocks(iv, data);
  const [first, second, third] = schedules(key);
  const output = new Uint8Array(data);
  let previous = iv;
  for (let start = 0; start < output.length; start += BLOCK_BYTES) {
    const block = output.subarray(start, start + BLOCK_BYTES);
    for (let index = 0; index < BLOCK_BYTES; index++) block[index] = (block[index] ?? 0) ^ (previous[index] ?? 0);
    cryptBlock(block, first, false);
    if (key.length > BLOCK_BYTES) {
      cryptBlock(block, second, true);
      cryptBlock(block, third, false);
    }
    previous = block;
  }
  return output;
}

/** The reverse of {@link desEncryptCbc}, with the same arguments and errors. */
export function desDecryptCbc(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  checkBlocks(iv, data);
  const [first, second, third] = schedules(key);
  const output = new Uint8Array(data);
  let previous = iv;
  for (let start = 0; start < output.length; start += BLOCK_BYTES) {
    const block = output.subarray(start, start + BLOCK_BYTES);
    if (key.length > BLOCK_BYTES) {
      cryptBlock(block, third, true);
      cryptBlock(block, second, false);
    }
    cryptBlock(block, first, true);
    for (let index = 0; index < BLOCK_BYTES; index++) block[index] = (block[index] ?? 0) ^ (previous[index] ?? 0);
    previous = data.subarray(start, start + BLOCK_BYTES);
  }
  return output;
}
