import { concatBytes, equalBytes } from "@cardwire/core";
import { desDecryptCbc, desEncryptCbc } from "@cardwire/des";
import { cbc } from "@noble/ciphers/aes";
import { PAGE_BYTES } from "./rf-commands.ts";

/** A block cipher in CBC mode, as one of the two authentications uses it. */
export interface AuthenticationCipher {
  readonly blockBytes: number;
  readonly encrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;
  readonly decrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;
  /** Whether each message goes on from the last block of the one before, or starts from zeros. */
  readonly chainsMessages: boolean;
}

/** Triple DES with two keys, for Ultralight C (MF0ICU2 section 7.5.5). */
export const tripleDes: AuthenticationCipher = {
  blockBytes: 8,
  encrypt: desEncryptCbc,
  decrypt: desDecryptCbc,
  chainsMessages: true,
};

/** AES-128, for Ultralight AES (MF0AES(H)20). */
export const aes128: AuthenticationCipher = {
  blockBytes: 16,
  encrypt: (key, iv, data) => cbc(key, iv, { disablePadding: true }).encrypt(data),
  decrypt: (key, iv, data) => cbc(key, iv, { disablePadding: true }).decrypt(data),
  chainsMessages: false,
};

/** The bytes, with the first one at the end. */
export function rotateLeft(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const rotated = new Uint8Array(bytes.length);
  rotated.set(bytes.subarray(1));
  rotated[bytes.length - 1] = bytes[0] ?? 0;
  return rotated;
}

/**
 * A key as it lies in its pages: each half of a triple DES key, or the whole AES key, with its last byte first.
 *
 * @param unit bytes that are turned round together: 8 or 16.
 */
export function turnKey(key: Uint8Array, unit: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(key.length);
  for (let start = 0; start < key.length; start += unit) turned.set(key.slice(start, start + unit).reverse(), start);
  return turned;
}

/** A key read from its four pages. */
export function keyFromPages(pages: Uint8Array, firstPage: number, cipher: AuthenticationCipher): Uint8Array {
  const offset = firstPage * PAGE_BYTES;
  return turnKey(pages.subarray(offset, offset + 4 * PAGE_BYTES), cipher.blockBytes);
}

/** The tag's side of AUTHENTICATE, between its two halves. */
export class ThreePassAuthentication {
  readonly #cipher: AuthenticationCipher;
  readonly #key: Uint8Array;
  readonly #nonce: Uint8Array;
  /** What the first half answers behind AF: the tag's nonce, encrypted. */
  readonly challenge: Uint8Array;

  /** @param nonce the tag's random number, one block. */
  constructor(cipher: AuthenticationCipher, key: Uint8Array, nonce: Uint8Array) {
    this.#cipher = cipher;
    this.#key = key;
    this.#nonce = nonce;
    this.challenge = cipher.encrypt(key, new Uint8Array(cipher.blockBytes), nonce);
  }

  /**
   * Checks what the reader sent behind AF: its nonce and the tag's turned by one byte, encrypted.
   *
   * @returns the reader's nonce turned and encrypted, to be answered behind 00; `undefined` when the reader has another key.
   */
  finish(data: Uint8Array): Uint8Array | undefined {
    const { blockBytes, chainsMessages, encrypt, decrypt } = this.#cipher;
    if (data.length !== 2 * blockBytes) return undefined;
    const zeros = new Uint8Array(blockBytes);
    const plain = decrypt(this.#key, chainsMessages ? this.challenge : zeros, data);
    if (!equalBytes(plain.subarray(blockBytes), rotateLeft(this.#nonce))) return undefined;
    const readerNonce = plain.subarray(0, blockBytes);
    return encrypt(this.#key, chainsMessages ? data.subarray(blockBytes) : zeros, rotateLeft(readerNonce));
  }
}

/** What the reader sends in the second half, and what it then expects back. For the helper and for tests. */
export function answerChallenge(
  cipher: AuthenticationCipher,
  key: Uint8Array,
  challenge: Uint8Array,
  readerNonce: Uint8Array,
): { readonly message: Uint8Array; readonly expected: Uint8Array } {
  const { blockBytes, chainsMessages, encrypt, decrypt } = cipher;
  const zeros = new Uint8Array(blockBytes);
  const nonce = decrypt(key, zeros, challenge);
  const message = encrypt(key, chainsMessages ? challenge : zeros, concatBytes(readerNonce, rotateLeft(nonce)));
  const expected = encrypt(key, chainsMessages ? message.subarray(blockBytes) : zeros, rotateLeft(readerNonce));
  return { message, expected };
}
