import type { RfReply, RfRequest } from "./rf.ts";

/** One line of a tap's ladder: which layer, which way, which bytes, when. */
export type TraceEvent =
  | {
      readonly layer: "ioctl";
      readonly direction: "down";
      readonly timeUs: number;
      readonly code: number;
      readonly input: Uint8Array;
      readonly outputLength: number;
    }
  | {
      readonly layer: "ioctl";
      readonly direction: "up";
      readonly timeUs: number;
      readonly code: number;
      readonly status: number;
      readonly output: Uint8Array;
    }
  | { readonly layer: "apdu"; readonly direction: "down" | "up"; readonly timeUs: number; readonly bytes: Uint8Array }
  | { readonly layer: "rf"; readonly direction: "down"; readonly timeUs: number; readonly request: RfRequest }
  | { readonly layer: "rf"; readonly direction: "up"; readonly timeUs: number; readonly reply: RfReply };

/** Receives trace events in the order in which they happen. Must not throw. */
export type TraceSink = (event: TraceEvent) => void;

/** Microseconds on the host's monotonic clock, for {@link TraceEvent.timeUs}. */
export function traceTimeUs(): number {
  return Math.round(performance.now() * 1000);
}
