import { type FrameForm, frameOf, requireDataLength } from "../frame/frame.ts";

/** Frame identifiers of the Port-100. */
export const PORT100_FRAME_IDENTIFIER = {
  /** Host to chip. */
  COMMAND: 0xd6,
  /** Chip to host. */
  ANSWER: 0xd7,
} as const;

/** Identifier, command code, and 1001 bytes, which is what the driver of the Linux kernel gives a frame room for. */
const MAX_DATA_BYTES = 1003;

/**
 * A frame of the Port-100, `00 00 FF FF FF LEN LEN LCS D6 … DCS 00`: the extended frame of the PN53x, with the low byte of
 * the length first and for data of any length.
 *
 * @param data frame identifier and all that follows it, 1–1003 bytes.
 * @throws FormatError for another length.
 */
export function port100Frame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  requireDataLength(data, MAX_DATA_BYTES);
  return frameOf(Uint8Array.of(data.length % 0x100, data.length >> 8), data);
}

/** The frames of the Port-100. It is not known to repeat an answer. */
export const PORT100_FRAMES: FrameForm = {
  maxDataBytes: MAX_DATA_BYTES,
  lengthOrder: "low-first",
  repeatsOnNack: false,
  encode: port100Frame,
};
