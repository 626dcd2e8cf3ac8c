import type { TypeBMemoryTag } from "@cardwire/iso14443b";
import type { Iso14443bMemoryDump } from "@cardwire/virtual";

/** Reads one of ST's memory cards of type B. */
export async function readTypeB(tag: TypeBMemoryTag, signal: AbortSignal): Promise<Iso14443bMemoryDump> {
  const { uid, product } = await tag.identify({ signal });
  const { memory, systemBlock } = await tag.readAll({ signal });
  return { kind: "iso14443b-memory", product: product?.name, uid, memory, systemBlock };
}
