import type { Type1Tag } from "@cardwire/topaz";
import type { TopazDump } from "@cardwire/virtual";

const UID_BYTES = 7;

/** Reads a Jewel or Topaz. */
export async function readTopaz(tag: Type1Tag, signal: AbortSignal): Promise<TopazDump> {
  const { hr0, hr1 } = await tag.identify({ signal });
  const memory = await tag.readAll({ signal });
  return { kind: "topaz", uid: memory.slice(0, UID_BYTES), hr0, hr1, memory, unread: [] };
}
