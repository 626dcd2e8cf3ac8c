import { readUint32LE } from "@cardwire/core";
import { HEADER_BYTES } from "../messages/command-message.ts";
import { responseName } from "../messages/message-types.ts";

const NOTHING = new Uint8Array(0);

/**
 * Puts messages together from what single reads brought.
 *
 * A message is read in two steps, one packet first and then as much as its dwLength says: a larger read waits for ever
 * when a reader leaves out the zero-length packet behind a full last one, and some USB stacks lose what a read has no
 * room for. Short reads that do not complete a message are put together, empty ones are skipped.
 */
export class MessageAssembler {
  readonly #packetSize: number;
  readonly #maxLength: number;
  #bytes: Uint8Array = NOTHING;

  /**
   * @param packetSize wMaxPacketSize of the endpoint.
   * @param maxLength of a message that can be true, in bytes.
   */
  constructor(packetSize: number, maxLength: number) {
    this.#packetSize = packetSize;
    this.#maxLength = maxLength;
  }

  /** How many bytes to read next: whole packets. */
  get nextReadLength(): number {
    const total = this.#total();
    if (total === undefined) return this.#packetSize;
    return Math.ceil((total - this.#bytes.length) / this.#packetSize) * this.#packetSize;
  }

  /** Takes what a read brought, and gives the message that it completes. What cannot be a message is dropped. */
  push(data: Uint8Array): Uint8Array | undefined {
    if (data.length === 0) return undefined;
    if (this.#bytes.length === 0) this.#bytes = data;
    else {
      const joined = new Uint8Array(this.#bytes.length + data.length);
      joined.set(this.#bytes);
      joined.set(data, this.#bytes.length);
      this.#bytes = joined;
    }
    if (responseName(this.#bytes[0] ?? 0) === undefined) {
      this.reset();
      return undefined;
    }
    const total = this.#total();
    if (total === undefined) return undefined;
    if (total > this.#maxLength) {
      this.reset();
      return undefined;
    }
    if (this.#bytes.length < total) return undefined;
    // bytes behind the end belong to no message: the next one begins with a transfer of its own
    const message = this.#bytes.length === total ? this.#bytes : this.#bytes.subarray(0, total);
    this.#bytes = NOTHING;
    return message;
  }

  /** Drops a message that is not complete, unless it is one of a slot that is to be spared. */
  resetUnless(isSpared: (slot: number) => boolean): void {
    const slot = this.#bytes[5];
    if (slot === undefined || !isSpared(slot)) this.reset();
  }

  /** Drops a message that is not complete. */
  reset(): void {
    this.#bytes = NOTHING;
  }

  #total(): number | undefined {
    return this.#bytes.length < HEADER_BYTES ? undefined : HEADER_BYTES + readUint32LE(this.#bytes, 1, "dwLength");
  }
}
