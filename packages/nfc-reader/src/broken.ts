import type { IoctlResult } from "@cardwire/core";
import { FrontEndFailure } from "./air.ts";
import type { Card } from "./card.ts";
import type { ReaderCore } from "./reader-core.ts";
import { failed } from "./request.ts";

/**
 * A front end that fails ends the card's presence: nobody can say any more whether it is there.
 *
 * @throws whatever else was thrown: a defect is no status.
 */
export function broken(reader: ReaderCore, card: Card, error: unknown): IoctlResult {
  if (!(error instanceof FrontEndFailure)) throw error;
  reader.slot.lose(card, error);
  return failed("IO_DEVICE_ERROR");
}
