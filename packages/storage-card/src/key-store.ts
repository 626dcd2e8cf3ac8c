import { copyBytes, UsageError } from "@cardwire/core";

/** Where LOAD KEYS puts keys and GENERAL AUTHENTICATE finds them. */
export interface KeyStore {
  /** The key's bytes; `undefined` when the number holds none. */
  get(keyNumber: number): Uint8Array | undefined;
  /** Stores or overwrites. False when there is no room. */
  set(keyNumber: number, key: Uint8Array): boolean;
}

/**
 * A store in memory.
 *
 * @param slots how many keys fit, 1–256.
 * @throws UsageError for another number of slots.
 */
export function createKeyStore(slots = 256): KeyStore {
  if (!Number.isInteger(slots) || slots < 1 || slots > 256) throw new UsageError(`${slots} is no number of key slots`);
  const keys = new Map<number, Uint8Array>();
  return {
    get: (keyNumber) => keys.get(keyNumber),
    set(keyNumber, key) {
      if (!keys.has(keyNumber) && keys.size >= slots) return false;
      keys.set(keyNumber, copyBytes(key));
      return true;
    },
  };
}
