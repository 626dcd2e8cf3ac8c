/**
 * A device's traffic as a log that can be read and replayed, and a reader's trace in words or as a capture
 * for Wireshark.
 * @packageDocumentation
 */
export { explainTrace, type ExplainTraceOptions } from "./recording/explain-trace.ts";
export { formatIoctlLogEntry, type IoctlLogEntry, parseIoctlLog, parseIoctlLogEntry } from "./recording/ioctl-log.ts";
export { type FrameInWords, type FrameWords, type LadderLine, type LadderRung } from "./recording/ladder-rung.ts";
export { createPcapngTrace, type PcapngTrace, type PcapngTraceOptions } from "./recording/pcapng.ts";
export { recordIoctlDevice } from "./recording/record-device.ts";
export { replayIoctlLog } from "./recording/replay-device.ts";
