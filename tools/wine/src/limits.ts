/** A case that cannot pass under Wine. It is run all the same, and must fail like this. */
export interface Limit {
  /** The case's name, or a suite's for all of it. */
  readonly case: string;
  /** Why. */
  readonly reason: string;
  /** How it fails. */
  readonly error: RegExp;
  /** It depends on who is quicker. */
  readonly sometimes?: true;
}

/** The way that a program takes to a reader. */
export type PathName = "in-process" | "device" | "winscard" | "winscard-repaired";

const OPEN_STATUS_LOST =
  "CreateFile under Wine succeeds whatever the driver's answer to it is: no handle is ever refused";

export const limits: Readonly<Record<PathName, readonly Limit[]>> = {
  "in-process": [],
  device: ["documented", "nfccx"].map((profile) => ({
    case: `${profile} ExclusiveOpen`,
    reason: OPEN_STATUS_LOST,
    error: /a second handle was opened/,
  })),
  winscard: [],
  "winscard-repaired": [],
};
