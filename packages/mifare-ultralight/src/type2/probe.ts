import { type UltralightProduct, ultralightProducts } from "../products.ts";
import { Type2Command } from "../rf-commands.ts";
import { productOfVersion } from "./identify.ts";
import { PageAccess } from "./page-access.ts";

/** What a tag turned out to be. */
export interface Type2Identity {
  /** `undefined` for a tag that names none, and behind a reader that lets nobody ask. */
  readonly product: UltralightProduct | undefined;
  /** The answer to GET_VERSION. */
  readonly version: Uint8Array | undefined;
}

const UNKNOWN: Type2Identity = { product: undefined, version: undefined };
const VERSION_BYTES = 8;
const ULTRALIGHT_C_NONCE_BYTES = 9;

/**
 * Asks a tag what it is: GET_VERSION; if it has none, whether it begins the authentication of an Ultralight C; if not
 * either, whether it said so or kept silent, for NTAG203 does the one and the first Ultralight the other.
 */
export async function probe(pages: PageAccess, signal?: AbortSignal): Promise<Type2Identity> {
  if (!pages.access.hasFrames) return UNKNOWN;
  try {
    const version = await pages.ask(Uint8Array.of(Type2Command.GET_VERSION), signal);
    if (version.kind === "bytes" && version.data.length === VERSION_BYTES)
      return { product: productOfVersion(version.data), version: version.data };
    const nonce = await pages.ask(Uint8Array.of(Type2Command.AUTHENTICATE, 0), signal);
    if (nonce.kind === "bytes" && nonce.data.length === ULTRALIGHT_C_NONCE_BYTES) {
      // it waits for the second half now
      await pages.reselect(signal);
      return { product: ultralightProducts["MIFARE Ultralight C"], version: undefined };
    }
    return {
      product: ultralightProducts[version.kind === "nak" ? "NTAG203" : "MIFARE Ultralight"],
      version: undefined,
    };
  } catch (error) {
    if (PageAccess.isWithoutFrames(error)) return UNKNOWN;
    throw error;
  }
}
