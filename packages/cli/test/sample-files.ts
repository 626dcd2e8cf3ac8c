import { readFileSync } from "node:fs";
import { fromHex } from "@cardwire/core";
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

/** A card of which no tool has a file: 16 blocks of 2 bytes, the UID in the first four, the lock register in the last. */
export const SR176: TagDump = {
  kind: "iso14443b-memory",
  product: "SR176",
  uid: fromHex("78563412000802D0"),
  memory: Uint8Array.from(
    { length: 32 },
    (_, at) => [0x78, 0x56, 0x34, 0x12, 0x00, 0x08, 0x02, 0xd0][at] ?? (at < 30 ? at : 0),
  ),
  systemBlock: undefined,
};

/** A card with an area and services: with a key, random, read-only over the same blocks, cyclic, a purse. */
export const FELICA_STANDARD: TagDump = {
  kind: "felica-standard",
  idm: fromHex("0102030405060708"),
  pmm: fromHex("100B4B428485D0FF"),
  systems: [
    {
      code: 0x0003,
      areas: [{ code: 0x0000, endCode: 0xfffe }],
      services: [
        { code: 0x0049, blocks: [new Uint8Array(16).fill(5), new Uint8Array(16).fill(6)] },
        { code: 0x004b, blocks: [new Uint8Array(16).fill(5), new Uint8Array(16).fill(6)] },
        { code: 0x008b, blocks: [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)] },
        { code: 0x00cd, blocks: [new Uint8Array(16).fill(3)] },
        { code: 0x1808, blocks: [] },
      ],
    },
  ],
};

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
