import { FormatError } from "@cardwire/core";

/** The one-byte messages that vpcd sends beside APDUs (vsmartcard, vpcd.h). */
export const VPCD_CONTROL = {
  powerOff: 0x00,
  powerOn: 0x01,
  reset: 0x02,
  /** The only one that is answered: with the ATR. */
  getAtr: 0x04,
} as const;

/** What the 16-bit length of a message can say. */
export const MAX_MESSAGE_LENGTH = 0xffff;

/** A message as it goes over the wire: its length in two bytes, most significant first, and its bytes. */
export function encodeMessage(body: Uint8Array): Uint8Array {
  if (body.length > MAX_MESSAGE_LENGTH)
    throw new FormatError("TOO_LONG", `${body.length} bytes do not fit a 16-bit length`, { field: "vpcd message" });
  const message = new Uint8Array(2 + body.length);
  message[0] = body.length >> 8;
  message[1] = body.length & 0xff;
  message.set(body, 2);
  return message;
}

const NOTHING = new Uint8Array(0);

/** Cuts a byte stream into messages. Keeps at most one unfinished message. */
export class MessageDecoder {
  #rest: Uint8Array = NOTHING;
  #offset = 0;

  /** Takes bytes as they arrive. Call {@link next} until it gives nothing before handing in more. */
  push(chunk: Uint8Array): void {
    const left = this.#rest.length - this.#offset;
    if (left === 0) {
      this.#rest = chunk;
    } else {
      const joined = new Uint8Array(left + chunk.length);
      joined.set(this.#rest.subarray(this.#offset));
      joined.set(chunk, left);
      this.#rest = joined;
    }
    this.#offset = 0;
  }

  /**
   * The next whole message, or undefined until more bytes arrive.
   *
   * @throws FormatError TOO_SHORT for a message of no bytes, which vpcd has no meaning for.
   */
  next(): Uint8Array | undefined {
    const start = this.#offset;
    const available = this.#rest.length - start;
    if (available < 2) return undefined;
    const length = ((this.#rest[start] ?? 0) << 8) | (this.#rest[start + 1] ?? 0);
    if (length === 0)
      throw new FormatError("TOO_SHORT", "a message has at least one byte", { field: "vpcd message length" });
    if (available < 2 + length) return undefined;
    this.#offset = start + 2 + length;
    return this.#rest.subarray(start + 2, this.#offset);
  }
}
