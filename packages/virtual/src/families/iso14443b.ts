import { TYPE_B_MEMORY_PRODUCTS, type TypeBMemoryProductName, typeBMemoryProductOf } from "@cardwire/iso14443b";
import { createTypeBMemoryTag } from "@cardwire/iso14443b/virtual";
import { DumpError } from "../dump/errors.ts";
import type { Iso14443bMemoryDump } from "../dump/model.ts";
import { type DumpTag, withDump } from "./family.ts";

/** Type B memory silicon for a dump. A file without a UID gets one that ends in zeros. */
export function loadIso14443bMemory(dump: Iso14443bMemoryDump): DumpTag {
  const product = productOf(dump);
  const { productCode } = TYPE_B_MEMORY_PRODUCTS[product];
  const uid = dump.uid ?? Uint8Array.of(0, 0, 0, 0, 0, productCode > 0x0f ? productCode : productCode << 2, 0x02, 0xd0);
  const { memory, systemBlock } = dump;
  const tag = createTypeBMemoryTag({ product, uid, memory, ...(systemBlock && { systemBlock }) });
  return withDump(tag, () => {
    const image = tag.toImage();
    return { ...dump, memory: image.memory, systemBlock: image.systemBlock ?? dump.systemBlock };
  });
}

const NAMES: readonly TypeBMemoryProductName[] = [
  "st25tb04k",
  "st25tb02k",
  "st25tb512-ac",
  "st25tb512-at",
  "srix4k",
  "sri4k",
  "srix512",
  "sri512",
  "srt512",
  "sr176",
];

/** By the file's own word, else by the UID, else by the number of blocks. */
function productOf(dump: Iso14443bMemoryDump): TypeBMemoryProductName {
  const named = dump.product ?? (dump.uid && typeBMemoryProductOf(dump.uid)?.name);
  const { length } = dump.memory;
  const product =
    NAMES.find((name) => TYPE_B_MEMORY_PRODUCTS[name].name === named) ??
    NAMES.find((name) => TYPE_B_MEMORY_PRODUCTS[name].blocks * TYPE_B_MEMORY_PRODUCTS[name].blockBytes === length);
  if (product === undefined) throw new DumpError("NO_SILICON", `no product is known that has ${length} bytes`);
  return product;
}
