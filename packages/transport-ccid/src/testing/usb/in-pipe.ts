import { concatBytes } from "@cardwire/core";

/** How a read of the host's ended. */
export type InOutcome =
  | { readonly status: "ok"; readonly data: Uint8Array }
  | { readonly status: "stall" }
  /** A packet came that did not fit any more. It is lost. */
  | { readonly status: "babble" }
  | { readonly status: "unplugged" };

interface PendingRead {
  readonly length: number;
  readonly parts: Uint8Array[];
  received: number;
  done(outcome: InOutcome): void;
}

/**
 * An IN endpoint: packets of the device on one side, reads of the host on the other. A read ends with a packet that is
 * shorter than packetSize, or when it is full; it never ends because a message does.
 */
export class InPipe {
  readonly packetSize: number;
  readonly #reads: PendingRead[] = [];
  #packets: Uint8Array[] = [];
  #stalled = false;
  #plugged = true;

  constructor(packetSize: number) {
    this.packetSize = packetSize;
  }

  /** Reads that wait. */
  get pending(): number {
    return this.#reads.length;
  }

  /** Packets that nobody has read. */
  get unread(): number {
    return this.#packets.length;
  }

  /** Reads up to `length` bytes. `done` may be called before this returns. The result takes the read back. */
  read(length: number, done: (outcome: InOutcome) => void): () => boolean {
    const read: PendingRead = { length, parts: [], received: 0, done };
    this.#reads.push(read);
    this.#pump();
    return () => {
      const index = this.#reads.indexOf(read);
      if (index < 0) return false;
      this.#reads.splice(index, 1);
      return true;
    };
  }

  push(packets: readonly Uint8Array[]): void {
    this.#packets.push(...packets);
    this.#pump();
  }

  /** Puts a packet in the place of all that nobody has read. */
  replace(packet: Uint8Array): void {
    this.#packets = [packet];
    this.#pump();
  }

  stall(): void {
    this.#stalled = true;
    this.#pump();
  }

  clearStall(): void {
    this.#stalled = false;
    this.#pump();
  }

  /** Forgets the packets and takes a stall away. Reads go on waiting. */
  clear(): void {
    this.#packets = [];
    this.#stalled = false;
  }

  unplug(): void {
    this.#plugged = false;
    this.clear();
    this.#pump();
  }

  #pump(): void {
    for (let read = this.#reads[0]; read !== undefined; read = this.#reads[0]) {
      if (!this.#plugged || this.#stalled) {
        this.#finish(read, { status: this.#plugged ? "stall" : "unplugged" });
        continue;
      }
      const packet = this.#packets.shift();
      if (packet === undefined) return;
      if (read.received + packet.length > read.length) {
        this.#finish(read, { status: "babble" });
        continue;
      }
      read.parts.push(packet);
      read.received += packet.length;
      if (packet.length < this.packetSize || read.received === read.length)
        this.#finish(read, { status: "ok", data: concatBytes(...read.parts) });
    }
  }

  #finish(read: PendingRead, outcome: InOutcome): void {
    this.#reads.shift();
    read.done(outcome);
  }
}
