/** One system of a card, as the frame layer sees it. */
export interface VirtualSystem {
  /** The codes it answers a poll for. The first is its own. */
  codes(): readonly number[];
  readonly idm: Uint8Array;
  /** The response after its IDm, or silence. */
  answer(command: number, rest: Uint8Array): Uint8Array | undefined;
  /** The field came or went. */
  reset(): void;
}
