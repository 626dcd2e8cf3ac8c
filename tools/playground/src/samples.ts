import type { VirtualTag } from "@cardwire/core";
import { loadTag, parseDump } from "@cardwire/virtual";
import { type SampleDump, sampleDumps } from "@cardwire/virtual/samples";

/** A tag that can be laid on the reader. */
export interface Sample {
  readonly id: string;
  /** The product, such as "NTAG216". */
  readonly name: string;
  /** What is on it. */
  readonly about: string;
  /** The tag's technology as its logo calls it, such as "Type 2". */
  readonly type: string;
  /** Fresh silicon: what was written to an older one is not on it. */
  make(): VirtualTag;
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(?:ntag|ultralight)/, "Type 2"],
  [/^classic/, "MIFARE"],
  [/^felica/, "Type 3"],
  [/^slix/, "Type 5"],
  [/^topaz/, "Type 1"],
  [/^st25/, "Type B"],
  [/^type4/, "Type 4"],
];

/** Every sample of `@cardwire/virtual`. */
export function samples(): readonly Sample[] {
  return sampleDumps().map(dumpSample);
}

function dumpSample(dump: SampleDump): Sample {
  const { fileName, title } = dump;
  const [, name = title, about = ""] = /^(.+?) (?:with |used as )(.+)$/.exec(title) ?? [];
  return {
    id: fileName.replace(/\.\w+$/, ""),
    name,
    about: about.replace(/^(?:the address of )?an? /, ""),
    type: TYPES.find(([pattern]) => pattern.test(fileName))?.[1] ?? "tag",
    make: () => loadTag(parseDump(dump.bytes())),
  };
}
