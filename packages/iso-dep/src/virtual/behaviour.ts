/** What a virtual card does beside answering, to try a reader with it. Frames and answers are counted from 0. */
export interface IsoDepBehaviour {
  /** How many waiting time extensions it asks for before every response. */
  readonly extensions?: number;
  /** WTXM of those, 1–59. 1 unless given. */
  readonly extensionFactor?: number;
  /** Bytes of INF in its I-blocks, 1 or more, where the reader's frames would take more: short ones make long chains. */
  readonly chainBytes?: number;
  /** Frames that it does not understand, as if their CRC were wrong, among all that it is sent in its life. */
  readonly missesFrames?: readonly number[];
  /** Answers that get lost on their way, among all that it gives in its life: it has done what it was told. */
  readonly losesAnswers?: readonly number[];
  /** Hangs after so many frames since it was selected, and is silent until it is selected anew. */
  readonly silentAfter?: number;
}
