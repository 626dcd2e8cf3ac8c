import type { ConformanceProfile } from "@cardwire/core";
import { type ContractDifference, type NtStatusName } from "@cardwire/ioctl";
import { DIFFERENCES, type DifferenceName } from "./differences.ts";

/** What a reader of one profile does in each place where the profiles differ. */
export type Behaviour = {
  readonly [Name in DifferenceName]: (typeof DIFFERENCES)[Name][ConformanceProfile];
};

/** The column of the table of differences that belongs to a profile. */
export function behaviourOf(profile: ConformanceProfile): Behaviour {
  return Object.fromEntries(
    Object.entries(DIFFERENCES).map(([name, difference]) => [name, difference[profile]]),
  ) as Behaviour;
}

/** The status that a breach of the contract gives where the profiles differ; `undefined`: the check is not made. */
export function statusOfDifference(difference: ContractDifference, behaviour: Behaviour): NtStatusName | undefined {
  switch (difference) {
    case "short-output":
      return behaviour.shortOutput;
    case "pci-length":
      return behaviour.pciLength === "unchecked" ? undefined : behaviour.pciLength;
    case "transmit-overflow":
      return behaviour.transmitOverflow === "truncate" ? undefined : behaviour.transmitOverflow;
    case "unlisted-ioctl":
      return behaviour.unlistedIoctl;
  }
}
