import type { RfTarget } from "@cardwire/core";

/** The protocols of one card. */
export type RfTargets = readonly [RfTarget, ...RfTarget[]];

/** A search that finds a card of one protocol, or none. */
export function one<Target extends RfTarget>(target: Target | undefined): readonly [Target] | undefined {
  return target === undefined ? undefined : [target];
}
