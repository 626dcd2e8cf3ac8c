import type { TypeBMemoryTag } from "@cardwire/iso14443b";
import type { Iso14443bMemoryDump } from "@cardwire/virtual";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";

/** Reads one of ST's memory cards of type B. */
export async function readTypeB(tag: TypeBMemoryTag, signal: AbortSignal): Promise<Iso14443bMemoryDump> {
  const { uid, product } = await tag.identify({ signal });
  const { memory, systemBlock } = await tag.readAll({ signal });
  if (systemBlock === undefined)
    throw new CliError(`No dump format has room for a ${product?.name ?? "card of this kind"}.`, EXIT.card);
  return { kind: "iso14443b-memory", product: product?.name, uid, memory, systemBlock };
}
