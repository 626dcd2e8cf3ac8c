import { fromHex, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag, parseDump } from "@cardwire/virtual";
import { type SampleDump, sampleDumps } from "@cardwire/virtual/samples";
import { createType4Application } from "./type4-application.ts";

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
];

/** Every sample: those of `@cardwire/virtual`, and a card of ISO/IEC 14443-4, of which there are no dumps. */
export function samples(): readonly Sample[] {
  return [...sampleDumps().map(dumpSample), isoDepSample];
}

function dumpSample(dump: SampleDump): Sample {
  const { fileName, title } = dump;
  const [, name = title, about = ""] = /^(.+?) (?:with |used as )(.+)$/.exec(title) ?? [];
  return {
    id: fileName.replace(/\.\w+$/, ""),
    name,
    about,
    type: TYPES.find(([pattern]) => pattern.test(fileName))?.[1] ?? "tag",
    make: () => loadTag(parseDump(dump.bytes())),
  };
}

const isoDepSample: Sample = {
  id: "iso-dep-type4",
  name: "ISO-DEP card",
  about: "an NFC Forum Type 4 application",
  type: "Type 4",
  make: () =>
    createIsoDepCard({
      name: "Type 4 card",
      uid: fromHex("04223344556677"),
      // so that RATS and the answer to it are on the ladder
      activatedBy: "reader",
      application: createType4Application(),
    }),
};
