import type { FrameWords } from "@cardwire/nfc-reader/recording";
import type { CardIdentity } from "../card-identity.ts";
import { felicaWords } from "./felica.ts";
import { isoDepWords } from "./iso-dep.ts";
import { iso14443bWords } from "./iso14443b.ts";
import { iso15693Words } from "./iso15693.ts";
import { mifareClassicWords } from "./mifare-classic.ts";
import { mifareUltralightWords } from "./mifare-ultralight.ts";
import { topazWords } from "./topaz.ts";

/**
 * What the frames between a reader and a card of this family mean, for `explainTrace` of `@cardwire/nfc-reader/recording`.
 * `undefined` for a card that no family takes.
 */
export function frameWordsOf({ family, kind }: Pick<CardIdentity, "family" | "kind">): FrameWords | undefined {
  switch (family) {
    case "mifare-ultralight":
      return mifareUltralightWords;
    case "mifare-classic":
      return mifareClassicWords;
    case "felica":
      return felicaWords;
    case "iso15693":
      return iso15693Words;
    case "topaz":
      return topazWords;
    case "iso14443b":
      return iso14443bWords;
    default:
      return kind === "processor" ? isoDepWords : undefined;
  }
}
