/** A chip's answer: bytes, or undefined for silence. */
export type ChipAnswer = Uint8Array | undefined | Promise<Uint8Array | undefined>;

/** One protocol of a contact card, from the card's side. */
export interface ProtocolChip {
  /** One TPDU, whole: a T=1 block, or a T=0 header with the data that goes with it. */
  exchange(tpdu: Uint8Array): ChipAnswer;
  /**
   * Bytes as they come on the line, for a reader at character level: what the card sends back for them, which is
   * nothing while it waits for more.
   */
  feed(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
