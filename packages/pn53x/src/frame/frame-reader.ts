import { FRAME_IDENTIFIER, type FrameForm, PN53X_FRAMES } from "./frame.ts";

/** What a stream of bytes turned out to be. */
export type FrameEvent =
  | { readonly kind: "ack" }
  | { readonly kind: "nack" }
  | { readonly kind: "error" }
  /** Frame identifier and data. */
  | { readonly kind: "information"; readonly data: Uint8Array }
  /** Something began as a frame and is none: a wrong checksum, or a length that no frame has. */
  | { readonly kind: "damaged"; readonly reason: "length" | "length checksum" | "data checksum" };

/**
 * Cuts a stream into frames, in whatever pieces it comes. What stands between frames (preambles, postambles, noise) is
 * passed over; after a damaged frame the search goes on right behind its start code, so that no frame is lost to it.
 */
export class FrameReader {
  readonly #form: FrameForm;
  #bytes: Uint8Array = new Uint8Array(0);

  /** @param form whose frames they are: those of PN532 and PN533 unless given. */
  constructor(form: FrameForm = PN53X_FRAMES) {
    this.#form = form;
  }

  /** Bytes of a frame that has begun and not ended. */
  get pendingBytes(): number {
    return this.#bytes.length;
  }

  /** Forgets a frame that has not ended. */
  reset(): void {
    this.#bytes = new Uint8Array(0);
  }

  /** Takes bytes, and gives the frames that they complete. */
  push(bytes: Uint8Array): FrameEvent[] {
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    const events: FrameEvent[] = [];
    let at = 0;
    for (;;) {
      at = startCodeFrom(all, at);
      const frame = readFrame(all, at, this.#form);
      if (frame === undefined) break;
      events.push(frame.event);
      at = frame.end;
    }
    this.#bytes = all.slice(at);
    return events;
  }
}

/** Where `00 FF` stands; where it may begin with the next byte to come; or the end. */
function startCodeFrom(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) if (bytes[at] === 0x00 && bytes[at + 1] === 0xff) return at;
  return bytes.length > from && bytes.at(-1) === 0x00 ? bytes.length - 1 : bytes.length;
}

interface ReadFrame {
  readonly event: FrameEvent;
  readonly end: number;
}

/** Reads the frame whose start code stands at `start`. `undefined` while its end has not come. */
function readFrame(bytes: Uint8Array, start: number, form: FrameForm): ReadFrame | undefined {
  const first = bytes[start + 2];
  const second = bytes[start + 3];
  if (first === undefined || second === undefined) return undefined;
  if (first === 0x00 && second === 0xff) return { event: { kind: "ack" }, end: start + 4 };
  if (first === 0xff && second === 0x00) return { event: { kind: "nack" }, end: start + 4 };
  if (first === 0xff && second === 0xff) return readExtended(bytes, start, form);
  if (((first + second) & 0xff) !== 0) return damaged("length checksum", start);
  if (first === 0) return damaged("length", start);
  return readData(bytes, start, start + 4, first);
}

function readExtended(bytes: Uint8Array, start: number, form: FrameForm): ReadFrame | undefined {
  const first = bytes[start + 4];
  const second = bytes[start + 5];
  const check = bytes[start + 6];
  if (first === undefined || second === undefined || check === undefined) return undefined;
  if (((first + second + check) & 0xff) !== 0) return damaged("length checksum", start);
  const length = form.lengthOrder === "high-first" ? (first << 8) | second : (second << 8) | first;
  // nothing forbids an extended frame that would have fitted a normal one
  if (length === 0 || length > form.maxDataBytes) return damaged("length", start);
  return readData(bytes, start, start + 7, length);
}

function readData(bytes: Uint8Array, start: number, at: number, length: number): ReadFrame | undefined {
  const end = at + length;
  if (bytes.length <= end) return undefined;
  const data = bytes.slice(at, end);
  let sum = bytes[end] ?? 0;
  for (const byte of data) sum += byte;
  if ((sum & 0xff) !== 0) return damaged("data checksum", start);
  if (length === 1 && data[0] === FRAME_IDENTIFIER.ERROR) return { event: { kind: "error" }, end: end + 1 };
  return { event: { kind: "information", data }, end: end + 1 };
}

function damaged(reason: "length" | "length checksum" | "data checksum", start: number): ReadFrame {
  return { event: { kind: "damaged", reason }, end: start + 2 };
}
