import type { TraceEvent } from "@cardwire/core";

/** Some bytes of a rung in words. */
export interface LadderLine {
  /** Offset of the bytes in the rung's. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** The field's name, such as "INS" or "dwProtocol". */
  readonly field: string;
  /** What the bytes mean, in English; empty where the name says it all. */
  readonly meaning: string;
}

/** One step of a conversation in words. */
export interface LadderRung {
  readonly layer: TraceEvent["layer"];
  /** "down" to the card, "up" from it. */
  readonly direction: "down" | "up";
  readonly timeUs: number;
  /** What it is, such as "TRANSMIT", "GET DATA" or "READ page 04". */
  readonly title: string;
  /** What there is to say beside the bytes; empty for nothing. */
  readonly note: string;
  /** Whether an answer is what one hopes for; absent for what is asked, and where nobody can tell. */
  readonly ok?: boolean;
  /** All bytes in their order; none for steps that have none. */
  readonly lines: readonly LadderLine[];
}

/** What a tag family's frames mean: the reader knows no family, so whoever has them hands this in. */
export interface FrameWords {
  /** A frame to the tag, without CRC. */
  request(frame: Uint8Array): FrameInWords;
  /** The tag's answer; `request` is what was answered. */
  reply(frame: Uint8Array, request: Uint8Array): FrameInWords;
}

/** A frame in words. */
export interface FrameInWords {
  /** Such as "READ page 04"; empty for a frame that is not known. */
  readonly title: string;
  /** All bytes of the frame. */
  readonly lines: readonly LadderLine[];
}
