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
  device: [
    ...["documented", "nfccx"].map((profile) => ({
      case: `${profile} ExclusiveOpen`,
      reason: OPEN_STATUS_LOST,
      error: /a second handle was opened/,
    })),
    {
      case: "the system tells of devices that come and go (CM_Register_Notification)",
      reason: "Wine's CM_Register_Notification is a stub (CR_CALL_NOT_IMPLEMENTED): devices are listed at intervals",
      error: /CM_Register_Notification: 52 instead of 0/,
    },
  ],
  winscard: [],
  "winscard-repaired": [],
};

export function isPathName(name: string): name is PathName {
  return name in limits;
}
