import type { MifareClassic, SectorKeys } from "@cardwire/mifare-classic";
import { dialectOf, type Tap } from "cardwire";
import type { CliIo, Progress } from "../io.ts";
import { findKeys } from "./find-keys.ts";

/** Looks for the keys of a card, tells how far it is, and makes them known to the card's helper. */
export async function openClassic(
  tap: Tap,
  card: MifareClassic,
  candidates: readonly Uint8Array[],
  progress: Progress,
  io: CliIo,
): Promise<ReadonlyMap<number, SectorKeys>> {
  const found = await findKeys({
    connection: tap.connection,
    dialect: dialectOf(tap.reader),
    size: card.size,
    candidates,
    signal: io.signal,
    onProgress: (tried, open, places) => {
      progress.update(
        `key ${Math.min(tried + 1, candidates.length)} of ${candidates.length}, ${open} of ${places} found`,
      );
    },
  });
  for (const [sector, keys] of found) card.setKeys(sector, keys);
  return found;
}
