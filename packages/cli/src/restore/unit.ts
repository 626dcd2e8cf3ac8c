import type { RestorePart } from "./parts.ts";

/** A piece of a card that is written at once, and what a dump has for it. */
export interface RestoreUnit {
  /** Where it is, such as "page 04". No two of a card are the same. */
  readonly place: string;
  /** What it is for, such as "capability container". */
  readonly name: string;
  /** "user": for everybody's data; "fixed": what nobody can write; else why it is left alone unless it is named. */
  readonly role: "user" | "fixed" | RestorePart;
  /** What the card has there; `undefined` where it does not show it. */
  readonly before: Uint8Array | undefined;
  /** What the dump has there; `undefined` where it does not know. */
  readonly after: Uint8Array | undefined;
  /** True where bits can be set and never cleared. */
  readonly onlySets?: boolean;
  /** True where bits can be cleared and never set. */
  readonly onlyClears?: boolean;
  /** True where writing it makes sure itself that it was taken, for it cannot be read. */
  readonly checksItself?: boolean;
  /** Why nobody can write it, where that is not for its role. */
  readonly reason?: string;
  /** Writes what the dump has. Absent where there is no command for it. */
  readonly write?: (signal: AbortSignal) => Promise<void>;
}

/** True when the card holds what the dump has. */
export function holds({ before, after, onlySets, onlyClears }: RestoreUnit): boolean {
  if (before === undefined || after?.length !== before.length) return false;
  return before.every((byte, index) => {
    const wanted = after[index] ?? 0;
    if (onlySets === true) return (byte & wanted) === wanted;
    if (onlyClears === true) return (byte & ~wanted & 0xff) === 0;
    return byte === wanted;
  });
}
