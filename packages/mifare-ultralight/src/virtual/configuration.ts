import { PAGE_BYTES } from "../rf-commands.ts";
import type { UltralightProduct } from "../products.ts";

/** Bits of ACCESS, the first byte of CFG1 (NTAG21x section 8.5.7, MF0ULx1 section 8.5.7). */
const PROTECT_READ = 0x80;
const CONFIGURATION_LOCK = 0x40;
const COUNTER_ENABLE = 0x10;
const COUNTER_PROTECT = 0x08;
const LIMIT = 0x07;

/** Ultralight C: AUTH0 and AUTH1 (MF0ICU2 section 7.5.8). */
const ULTRALIGHT_C_AUTH0 = 0x2a;
const ULTRALIGHT_C_AUTH1 = 0x2b;
const NOTHING_PROTECTED = 0xffff;

/**
 * What the configuration pages say. They are looked at when the tag is selected: what is written to them rules from the
 * next selection on.
 */
export interface Configuration {
  /** The first page that needs an authentication. */
  readonly protectedFrom: number;
  readonly protectsRead: boolean;
  readonly locked: boolean;
  readonly counterEnabled: boolean;
  readonly counterProtected: boolean;
  /** Wrong passwords that are allowed; 0 for any number. */
  readonly passwordLimit: number;
}

const OPEN: Configuration = {
  protectedFrom: NOTHING_PROTECTED,
  protectsRead: false,
  locked: false,
  counterEnabled: false,
  counterProtected: false,
  passwordLimit: 0,
};

/** Reads the configuration of a tag from its pages. */
export function readConfiguration(product: UltralightProduct, pages: Uint8Array): Configuration {
  if (product.commands.includes("AUTHENTICATE_3DES")) {
    const first = pages[ULTRALIGHT_C_AUTH0 * PAGE_BYTES] ?? 0;
    return { ...OPEN, protectedFrom: first, protectsRead: ((pages[ULTRALIGHT_C_AUTH1 * PAGE_BYTES] ?? 0) & 1) === 0 };
  }
  if (product.configurationPage === undefined) return OPEN;
  const offset = product.configurationPage * PAGE_BYTES;
  const access = pages[offset + PAGE_BYTES] ?? 0;
  const limit = access & LIMIT;
  return {
    protectedFrom: pages[offset + 3] ?? 0,
    protectsRead: (access & PROTECT_READ) !== 0,
    locked: (access & CONFIGURATION_LOCK) !== 0,
    counterEnabled: (access & COUNTER_ENABLE) !== 0,
    counterProtected: (access & COUNTER_PROTECT) !== 0,
    passwordLimit: product.passwordLimit === "power-of-two" && limit > 0 ? 2 ** limit : limit,
  };
}
