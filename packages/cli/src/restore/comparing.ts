import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliIo, Progress } from "../io.ts";

/** What the families need to compare a card with a dump. */
export interface UnitsOptions {
  readonly io: CliIo;
  readonly progress: Progress;
  /** Keys to try on a MIFARE Classic. */
  readonly candidates: readonly Uint8Array[];
}

/** @throws CliError where the dump is of a card of another size or product. */
export function requireSame(ofDump: string, ofCard: string): void {
  if (ofDump === ofCard) return;
  throw new CliError(`The dump does not fit the card: ${ofDump} there, ${ofCard} here.`, EXIT.card);
}

/** Bytes of a dump, unless some of them were not read. */
export function knownBytes(
  {
    memory,
    unread = [],
  }: { readonly memory: Uint8Array; readonly unread?: readonly { offset: number; length: number }[] },
  offset: number,
  length: number,
): Uint8Array | undefined {
  if (offset + length > memory.length) return undefined;
  if (unread.some((range) => range.offset < offset + length && offset < range.offset + range.length)) return undefined;
  return memory.slice(offset, offset + length);
}

/** Two digits or more, as the memory is shown. */
export function placeOf(unit: string, address: number): string {
  return `${unit} ${address.toString(16).toUpperCase().padStart(2, "0")}`;
}
