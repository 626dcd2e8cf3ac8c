import type { ResponseApdu } from "@cardwire/apdu";
import type { FrameOptions, FrameReply } from "./tag-access.ts";

/** Sends one APDU to the reader. */
export type Transmit = (command: Uint8Array, signal?: AbortSignal) => Promise<ResponseApdu>;

/** One way in which frames get to the tag. */
export interface RawFrames {
  /** Called before the first of several frames; calls may nest. */
  begin(signal?: AbortSignal): Promise<void>;
  end(): Promise<void>;
  exchange(frame: Uint8Array, options: FrameOptions): Promise<FrameReply>;
  send(frame: Uint8Array, options: FrameOptions): Promise<void>;
  reselect(signal?: AbortSignal): Promise<void>;
}

/** How long a tag may take unless the caller knows better: longer than any write to EEPROM. */
export const FRAME_TIMEOUT_US = 50_000;
