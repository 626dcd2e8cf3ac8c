import type { VirtualTag } from "@cardwire/core";
import type { TagDump } from "../dump/model.ts";

/** A tag that was made of a dump, and can become one again. */
export interface DumpTag extends VirtualTag {
  /** The tag as it is now, writes included. */
  toDump(): TagDump;
}

/** Silicon together with the way back to a dump. */
export function withDump<Tag extends VirtualTag>(tag: Tag, toDump: () => TagDump): Tag & DumpTag {
  return Object.assign(tag, { toDump });
}
