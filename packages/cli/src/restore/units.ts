import type { TagDump } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { UnitsOptions } from "./comparing.ts";
import type { RestoreUnit } from "./unit.ts";

/**
 * The card, piece by piece, beside what a dump has for each piece.
 *
 * @throws CliError for a dump of another kind of card, or of another size.
 */
export async function restoreUnits(dump: TagDump, tap: Tap, options: UnitsOptions): Promise<readonly RestoreUnit[]> {
  const { signal } = options.io;
  options.progress.update(`reading ${tap.card.name}`);
  switch (dump.kind) {
    case "mifare-ultralight": {
      const tag = tap.as("mifare-ultralight");
      if (tag !== undefined) return (await import("./ultralight.ts")).ultralightUnits(dump, tag, signal);
      break;
    }
    case "mifare-classic": {
      const card = tap.as("mifare-classic");
      if (card !== undefined) return (await import("./classic.ts")).classicUnits(dump, card, tap, options);
      break;
    }
    case "felica-lite": {
      const tag = tap.as("felica");
      if (tag !== undefined) return (await import("./felica.ts")).felicaUnits(dump, tag, signal);
      break;
    }
    case "felica-standard": {
      const tag = tap.as("felica");
      if (tag !== undefined) return (await import("./felica-standard.ts")).felicaStandardUnits(dump, tag, signal);
      break;
    }
    case "iso15693":
      if (tap.as("iso15693") !== undefined) return (await import("./iso15693.ts")).iso15693Units(dump, tap, signal);
      break;
    case "iso14443b-memory": {
      const tag = tap.as("iso14443b");
      if (tag !== undefined) return (await import("./iso14443b.ts")).typeBUnits(dump, tag, signal);
      break;
    }
    case "topaz": {
      const tag = tap.as("topaz");
      if (tag !== undefined) return (await import("./topaz.ts")).topazUnits(dump, tag, signal);
      break;
    }
    case "type4":
      if (tap.card.kind === "processor") return (await import("./type4.ts")).type4Units(dump, tap, signal);
      break;
    default:
      throw new CliError(`A dump of ${KINDS[dump.kind]} has no memory that could be written to a card.`, EXIT.input);
  }
  throw new CliError(`The dump is of ${KINDS[dump.kind]}; the card on the reader is ${tap.card.name}.`, EXIT.card);
}

const KINDS: Readonly<Record<TagDump["kind"], string>> = {
  "mifare-ultralight": "a MIFARE Ultralight or NTAG",
  "mifare-classic": "a MIFARE Classic",
  "mifare-classic-keys": "keys",
  "felica-lite": "a FeliCa Lite",
  "felica-standard": "a FeliCa Standard",
  iso15693: "an ISO 15693 tag",
  "iso14443b-memory": "a memory card of type B",
  topaz: "a Topaz",
  type4: "a Type 4 tag",
  "nfc-a-identity": "the anticollision of a card",
  "nfc-b-identity": "the anticollision of a card",
};
