import { fromHex, type VirtualTag } from "@cardwire/core";
import { ultralightProducts } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag, pageCount } from "@cardwire/mifare-ultralight/virtual";

export const UID = "04D149D29C3980";
export const PAGE_3 = "E1106D00";
export const PAGES_4_TO_7 = "030DD10109550162696E672E636F6D00";

/** An NTAG216 with an NDEF message "bing.com". */
export function ntag216(): VirtualTag {
  const pages = new Uint8Array(4 * pageCount(ultralightProducts.NTAG216));
  pages.set(fromHex("04D14914 D29C3980 F7480000"));
  pages.set(fromHex(PAGE_3 + PAGES_4_TO_7), 12);
  // AUTH0 beyond the last page: nothing is protected
  pages.set(fromHex("000000BD 040000FF 00050000 FFFFFFFF 00000000"), 0xe2 * 4);
  return createMifareUltralightTag({ product: "NTAG216", pages });
}
