import { createTopazTag } from "@cardwire/topaz/virtual";
import type { TopazDump } from "../dump/model.ts";
import { type DumpTag, withDump } from "./family.ts";

/** Type 1 silicon for a dump. */
export function loadTopaz(dump: TopazDump): DumpTag {
  const { hr0, hr1, memory } = dump;
  const tag = createTopazTag({ hr0, hr1, memory });
  return withDump(tag, () => ({ ...dump, memory: tag.toImage().memory }));
}
