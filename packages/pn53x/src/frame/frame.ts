import { FormatError } from "@cardwire/core";

/** Frame identifiers: the first byte of an information frame's data (UM0701-02 section 6.2.1.1). */
export const FRAME_IDENTIFIER = {
  /** Host to chip. */
  COMMAND: 0xd4,
  /** Chip to host. */
  ANSWER: 0xd5,
  /** An error frame, which is an information frame of this byte alone. */
  ERROR: 0x7f,
} as const;

/** Preamble and start code. */
const START = [0x00, 0x00, 0xff] as const;
/** What an extended frame has in place of a normal one's length. */
const EXTENDED = [0xff, 0xff] as const;

/** TFI and data of an extended frame: 265 bytes (UM0701-02 section 6.2.1.2). */
export const MAX_FRAME_DATA_BYTES = 265;
const MAX_NORMAL_DATA_BYTES = 255;

/** What the frames of a kind of chip have of their own. */
export interface FrameForm {
  /** The longest data of a frame, frame identifier included. */
  readonly maxDataBytes: number;
  /** Which byte of an extended frame's length comes first. */
  readonly lengthOrder: "high-first" | "low-first";
  /** The chip sends its last answer again when it is sent a NACK. */
  readonly repeatsOnNack: boolean;
  /** @throws FormatError for data that no frame holds. */
  encode(data: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** ACK `00 00 FF 00 FF 00`: a frame was understood, and from the host also the end of a command (section 6.2.1.3). */
export function ackFrame(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00);
}

/** NACK `00 00 FF FF 00 00`: send that again (section 6.2.1.4). */
export function nackFrame(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00);
}

/** The error frame `00 00 FF 01 FF 7F 81 00`: a command that the chip does not understand (section 6.2.1.5). */
export function errorFrame(): Uint8Array<ArrayBuffer> {
  return informationFrame(Uint8Array.of(FRAME_IDENTIFIER.ERROR));
}

/** The byte that makes the sum of all bytes 0 modulo 256. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return (0x100 - (sum % 0x100)) % 0x100;
}

/**
 * An information frame: normal up to 255 bytes of data, extended above (UM0701-02 sections 6.2.1.1 and 6.2.1.2).
 *
 * @param data frame identifier and all that follows it, 1–265 bytes.
 * @throws FormatError for another length.
 */
export function informationFrame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  requireDataLength(data, MAX_FRAME_DATA_BYTES);
  const { length } = data;
  if (length <= MAX_NORMAL_DATA_BYTES) return frameOf(Uint8Array.of(length), data);
  return frameOf(Uint8Array.of(length >> 8, length & 0xff), data);
}

/** @throws FormatError for data that no frame holds. */
export function requireDataLength({ length }: Uint8Array, maxDataBytes: number): void {
  if (length === 0) throw new FormatError("TOO_SHORT", "has at least the frame identifier", { field: "frame data" });
  if (length > maxDataBytes)
    throw new FormatError("TOO_LONG", `${maxDataBytes} bytes at most, not ${length}`, { field: "frame data" });
}

/** A frame around data: normal with a length of one byte, extended with one of two. */
export function frameOf(length: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = [...START, ...(length.length === 1 ? [] : EXTENDED), ...length, checksum(length)];
  const frame = new Uint8Array(head.length + data.length + 2);
  frame.set(head);
  frame.set(data, head.length);
  frame[head.length + data.length] = checksum(data);
  return frame;
}

/** The frames of PN532 and PN533. */
export const PN53X_FRAMES: FrameForm = {
  maxDataBytes: MAX_FRAME_DATA_BYTES,
  lengthOrder: "high-first",
  repeatsOnNack: true,
  encode: informationFrame,
};
