import type { TagDump } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliIo, Progress } from "../io.ts";

/** How a card is read into a dump. */
export interface ReadDumpOptions {
  readonly io: CliIo;
  readonly progress: Progress;
  /** Keys to try on a MIFARE Classic. */
  readonly candidates: readonly Uint8Array[];
}

/**
 * Reads all of a card that can be read. What cannot is said in the dump.
 *
 * @throws CliError for a card that has no memory to read, and for one of a kind that no dump is made of.
 */
export async function readTag(tap: Tap, options: ReadDumpOptions): Promise<TagDump> {
  const { signal } = options.io;
  options.progress.update(`reading ${tap.card.name}`);
  const ultralight = tap.as("mifare-ultralight");
  if (ultralight !== undefined) return (await import("./ultralight.ts")).readUltralight(ultralight, tap, signal);
  const classic = tap.as("mifare-classic");
  if (classic !== undefined) return (await import("./classic.ts")).readClassic(classic, tap, options);
  const felica = tap.as("felica");
  if (felica !== undefined) return (await import("./felica.ts")).readFelica(felica, tap, options);
  const iso15693 = tap.as("iso15693");
  if (iso15693 !== undefined) return (await import("./iso15693.ts")).readIso15693(iso15693, signal);
  const typeB = tap.as("iso14443b");
  if (typeB !== undefined) return (await import("./iso14443b.ts")).readTypeB(typeB, signal);
  const topaz = tap.as("topaz");
  if (topaz !== undefined) return (await import("./topaz.ts")).readTopaz(topaz, signal);
  if (tap.card.kind === "processor") return (await import("./type4.ts")).readType4(tap, signal);
  throw new CliError(`Nobody here knows how to read the memory of this card (${tap.card.name}).`, EXIT.card);
}
