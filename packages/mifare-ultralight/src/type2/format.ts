import { NdefTagError, TlvTag } from "@cardwire/ndef";
import type { UltralightProduct } from "../products.ts";
import { PAGE_BYTES } from "../rf-commands.ts";
import type { PageWrite } from "./ndef.ts";

const CAPABILITY_CONTAINER_PAGE = 3;
const MAGIC = 0xe1;
const VERSION_1_0 = 0x10;

/**
 * The pages of a factory tag: TLV blocks first, and the capability container, which makes them count, last.
 *
 * @param before the four bytes of page 3, whose bits cannot be cleared.
 * @throws NdefTagError NOT_FORMATTABLE when they are in the way.
 */
export function factoryPages(product: UltralightProduct, before: Uint8Array): PageWrite[] {
  const container = Uint8Array.of(MAGIC, VERSION_1_0, product.ndefSize, 0x00);
  if (container.some((byte, index) => ((before[index] ?? 0) | byte) !== byte))
    throw new NdefTagError("NOT_FORMATTABLE", "page 3 holds something else than NDEF, and its bits cannot be cleared");
  const tlvs: number[] = [];
  if (product.lockControl !== undefined)
    tlvs.push(TlvTag.lockControl, product.lockControl.length, ...product.lockControl);
  tlvs.push(TlvTag.ndef, 0, TlvTag.terminator);
  const bytes = new Uint8Array(Math.ceil(tlvs.length / PAGE_BYTES) * PAGE_BYTES);
  bytes.set(tlvs);
  const writes: PageWrite[] = [];
  for (let at = 0; at < bytes.length; at += PAGE_BYTES)
    writes.push({ page: CAPABILITY_CONTAINER_PAGE + 1 + at / PAGE_BYTES, data: bytes.slice(at, at + PAGE_BYTES) });
  writes.push({ page: CAPABILITY_CONTAINER_PAGE, data: container });
  return writes;
}
