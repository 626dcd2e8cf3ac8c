import type { StorageCommand } from "./storage-command.ts";

/**
 * READ BINARY of a card that gives `size` bytes at a time: whether Le fits. 00 and `size` do.
 *
 * @returns the status word that refuses the command before anything is sent; `undefined` to go on. A longer Le goes on in
 *   `documented`, where the family says what becomes of it; a shorter one goes on in `nfccx`, where the family hands
 *   `6Cxx` as `shortLeWord` to {@link StorageCommand.end}.
 */
export function refuseReadLe(command: StorageCommand, size: number): number | undefined {
  const { le, card } = command;
  if (le === 0 || le === size) return undefined;
  return le < size ? card.rules.shortReadLe(command, size) : card.rules.longReadLe;
}
