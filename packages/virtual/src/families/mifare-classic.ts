import { createMifareClassicTag } from "@cardwire/mifare-classic/virtual";
import type { ClassicDump } from "../dump/model.ts";
import { type DumpTag, withDump } from "./family.ts";

/** MIFARE Classic silicon for a dump. */
export function loadMifareClassic(dump: ClassicDump): DumpTag {
  const { size, uid, atqa, sak, memory } = dump;
  const tag = createMifareClassicTag({ size, uid, atqa, sak, memory });
  return withDump(tag, () => ({ ...dump, memory: tag.toImage().memory }));
}
