/** What the `cardwire` command exits with. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Something that should not have happened; the message asks for a report. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A file is missing, unreadable, damaged or of an unknown kind, or cannot be written. */
  input: 3,
  /** No smart-card service (pcscd, the Windows service), no permission to use it, or no transport for this machine. */
  service: 4,
  /** No reader, none of that name, or one that somebody else holds. */
  reader: 5,
  /** No card came in time. */
  noCard: 6,
  /** The card failed, was taken away or refused what was asked of it. */
  card: 7,
  /** Interrupted (Ctrl-C). */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
