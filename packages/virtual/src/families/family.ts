import type { VirtualTag } from "@cardwire/core";
import type { TagDump } from "../dump/model.ts";

/** A tag that was made of a dump, and can become one again. */
export interface DumpTag extends VirtualTag {
  /** The tag as it is now, writes included. */
  toDump(): TagDump;
}

/** What silicon may be given besides its memory. */
export interface SiliconOptions {
  /** Gives the random numbers of a tag: `length` bytes. The host's own randomness unless given. */
  readonly random?: (length: number) => Uint8Array;
}

/** Silicon together with the way back to a dump. */
export function withDump<Tag extends VirtualTag>(tag: Tag, toDump: () => TagDump): Tag & DumpTag {
  return Object.assign(tag, { toDump });
}
