import { fromHex, toHex } from "@cardwire/core";
import { type UltralightProductName, ultralightProducts } from "../src/products.ts";
import {
  createMifareUltralightTag,
  type MifareUltralightImage,
  type MifareUltralightTag,
  pageCount,
} from "../src/virtual.ts";

/** A factory-fresh image: UID, capability container, no lock, no password; page n of the user memory holds n four times. */
export function freshImage(product: UltralightProductName): MifareUltralightImage & { readonly pages: Uint8Array } {
  const facts = ultralightProducts[product];
  const pages = new Uint8Array(pageCount(facts) * 4);
  pages.set(fromHex("04D14914D29C3980F7480000E1100600"), 0);
  pages[14] = facts.ndefSize;
  for (let page = 4; page <= (facts.user[0]?.[1] ?? 0); page++) pages.fill(page, page * 4, page * 4 + 4);
  if (facts.configurationPage !== undefined) {
    const at = facts.configurationPage * 4;
    pages.set(fromHex("040000FF00000000"), at);
    if (facts.passwordLimit !== undefined) pages.set(fromHex("FFFFFFFF00000000"), at + 8);
  }
  if (product === "MIFARE Ultralight C") {
    pages.set(fromHex("30000000"), 0x2a * 4);
    // the factory key, "IEMKAERB!NACUOYF", each half with its last byte first
    pages.set(fromHex("425245414B4D4549 46594F5543414E21"), 0x2c * 4);
  }
  return { product, pages };
}

/** A tag in the field, selected. */
export function powered(
  image: MifareUltralightImage,
  options?: Parameters<typeof createMifareUltralightTag>[1],
): MifareUltralightTag {
  const tag = createMifareUltralightTag(image, options);
  tag.setPowered(true);
  tag.select();
  return tag;
}

/** What the tag answers: bytes in hexadecimal, one digit for four bits, "silence". */
export function ask(tag: MifareUltralightTag, frame: string, lastBits = 8): string {
  const reply = tag.receive({ kind: "frame", data: fromHex(frame), lastBits, timeoutUs: 5000 });
  if (reply === undefined) return "silence";
  const text = toHex(reply.data);
  return reply.lastBits === 4 ? text.slice(1) : text;
}

/** Selects the tag again and asks. */
export function askAnew(tag: MifareUltralightTag, frame: string): string {
  tag.select();
  return ask(tag, frame);
}
