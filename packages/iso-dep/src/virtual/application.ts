/** What runs on a virtual card. */
export interface IsoDepApplication {
  /**
   * Answers a command APDU, or whatever else comes in I-blocks: a DESFire's native commands are no APDUs.
   *
   * @returns response data and SW1 SW2, any length. An empty one becomes an empty block.
   */
  respond(command: Uint8Array): Uint8Array;
  /** The card has been taken to ISO-DEP. */
  select?(): void;
  /** The card has been deselected, or has lost power: what it only remembered is gone. */
  reset?(): void;
}

/** A function will do for an application that remembers nothing. */
export type IsoDepApplicationLike = IsoDepApplication | IsoDepApplication["respond"];

/** An application as an object. */
export function applicationOf(application: IsoDepApplicationLike): IsoDepApplication {
  return typeof application === "function" ? { respond: application } : application;
}
