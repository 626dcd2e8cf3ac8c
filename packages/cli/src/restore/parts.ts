/** Parts of a card that are never written unless they are named, and why. */
export const RESTORE_PARTS = {
  manufacturer: "written by the maker; only special cards take it",
  locks: "locks for ever what is locked",
  otp: "bits that can be set and never cleared",
  config: "passwords and protection, which may lock everybody out",
  counters: "counts one way only",
  trailers: "keys and access bits, which may lock a sector for ever",
} as const;

/** One of {@link RESTORE_PARTS}. */
export type RestorePart = keyof typeof RESTORE_PARTS;
