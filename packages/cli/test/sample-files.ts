import { readFileSync } from "node:fs";
import { formatDump, parseDump, type TagDump } from "@cardwire/virtual";
import { sampleDumps } from "@cardwire/virtual/samples";

/** A file as other tools write it. */
export function realFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../virtual/test/fixtures/${name}`, import.meta.url)));
}

/** A sample as its dump. */
export function sample(name: string): TagDump {
  const found = sampleDumps().find(({ fileName }) => fileName.startsWith(`${name}.`));
  if (found === undefined) throw new Error(`there is no sample ${name}`);
  return parseDump(found.bytes());
}

export const asText = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** A dump as cardwire's own JSON. */
export const ownJson = (dump: TagDump): Uint8Array => formatDump(dump, "json");

/** A dump with some bytes of its memory changed. */
export function changed<Dump extends Extract<TagDump, { memory: Uint8Array }>>(
  dump: Dump,
  ...changes: readonly (readonly [offset: number, ...bytes: readonly number[]])[]
): Dump {
  const memory = dump.memory.slice();
  for (const [offset, ...bytes] of changes) memory.set(bytes, offset);
  return { ...dump, memory };
}

/** The dump, which is known to be of this kind. */
export function ofKind<Kind extends TagDump["kind"]>(dump: TagDump, kind: Kind): Extract<TagDump, { kind: Kind }> {
  if (dump.kind !== kind) throw new Error(`${dump.kind} is no ${kind}`);
  return dump as Extract<TagDump, { kind: Kind }>;
}
