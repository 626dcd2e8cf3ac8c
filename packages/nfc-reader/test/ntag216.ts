import { fromHex } from "@cardwire/core";
import { createMifareUltralightTag, type MifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";

/** Pages 4 to 7 of the tag: an NDEF URI record, "bing.com" (NfcCx, TagSequences). */
export const PAGES_4_TO_7 = "030DD10109550162696E672E636F6D00";
const NTAG216_PAGES = 231;

/** The tag of NfcCx's own smart card tests: UID 04 D1 49 D2 9C 39 80. */
export function ntag216(): MifareUltralightTag {
  const pages = new Uint8Array(NTAG216_PAGES * 4);
  // the driver's simulated tag has zeros in page 2, where a real one has its last check byte
  pages.set(fromHex("04D14914 D29C3980 00000000 E1106D00"));
  pages.set(fromHex(PAGES_4_TO_7), 16);
  // AUTH0 beyond the last page: nothing is protected
  pages.set(fromHex("000000BD 040000FF 00050000 FFFFFFFF 00000000"), 0xe2 * 4);
  return createMifareUltralightTag({ product: "NTAG216", pages });
}
