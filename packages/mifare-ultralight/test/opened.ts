import { type ConformanceProfile, fromHex } from "@cardwire/core";
import { Type2Tag, type Type2TagOptions } from "../src/index.ts";
import { createMifareUltralightTag, type MifareUltralightImage, type MifareUltralightTag } from "../src/virtual.ts";
import { layOn, type Reader } from "./connection.ts";

export const PROFILES: readonly ConformanceProfile[] = ["documented", "nfccx"];

/** A tag on a virtual reader, with the helper that speaks to it. */
export interface Opened {
  readonly silicon: MifareUltralightTag;
  readonly reader: Reader;
  readonly tag: Type2Tag;
}

export function open(
  image: MifareUltralightImage,
  profile: ConformanceProfile = "documented",
  options: Type2TagOptions = {},
): Opened {
  const silicon = createMifareUltralightTag(image);
  const reader = layOn(silicon, profile);
  return { silicon, reader, tag: new Type2Tag(reader.connection, options) };
}

/** A message of one text record, 20 bytes. */
export const TEXT_MESSAGE: Uint8Array = fromHex("D1010F5402656E48656C6C6F2C20776F726C6421");

/** The image with bytes put at a page. */
export function withBytes(image: MifareUltralightImage, page: number, hex: string): MifareUltralightImage {
  const pages = image.pages.slice();
  pages.set(fromHex(hex), page * 4);
  return { ...image, pages };
}
