import type { FrameWords } from "@cardwire/nfc-reader/recording";
import type { CardIdentity } from "cardwire";
import { classicFrames } from "./classic.ts";
import { felicaFrames } from "./felica.ts";
import { isoDepFrames } from "./iso-dep.ts";
import { type1Frames } from "./type1.ts";
import { type2Frames } from "./type2.ts";
import { type5Frames } from "./type5.ts";
import { typeBMemoryFrames } from "./type-b-memory.ts";

/** What the frames of a card's family mean. */
export function framesOf({ family, kind }: Pick<CardIdentity, "family" | "kind">): FrameWords | undefined {
  switch (family) {
    case "mifare-ultralight":
      return type2Frames;
    case "mifare-classic":
      return classicFrames;
    case "felica":
      return felicaFrames;
    case "iso15693":
      return type5Frames;
    case "topaz":
      return type1Frames;
    case "iso14443b":
      return typeBMemoryFrames;
    default:
      return kind === "processor" ? isoDepFrames : undefined;
  }
}
