import { ackFrame, errorFrame, type FrameForm, PN53X_FRAMES } from "../frame/frame.ts";
import { FrameReader } from "../frame/frame-reader.ts";
import type { ByteLink } from "../pipe/byte-link.ts";

/** A virtual chip as its host interface sees it. */
export interface VirtualFrameChip {
  /** Whose frames carry its commands: PN532's and PN533's unless given. */
  readonly frames?: FrameForm;
  /** @returns the answer; its frame identifier alone is an error frame, and nothing is silence. */
  execute(command: Uint8Array): Promise<Uint8Array | undefined>;
  cancel(): void;
}

/** How a virtual chip's frames come out. */
export interface FramePortOptions {
  /** They come in pieces of so many bytes; whole unless given. */
  readonly pieceBytes?: number;
  /** Changes a frame on its way out: to damage it, double it, or lose it. */
  readonly disturb?: (frame: Uint8Array) => readonly Uint8Array[];
}

/** The chip's host interface: frames in, acknowledgements and frames out. */
export class FramePort {
  readonly #chip: VirtualFrameChip;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #options: FramePortOptions;
  readonly #form: FrameForm;
  readonly #reader: FrameReader;
  #last: Uint8Array | undefined;
  /** Counts commands: what belongs to an older one is not sent any more. */
  #current = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(chip: VirtualFrameChip, send: (bytes: Uint8Array) => void, options: FramePortOptions = {}) {
    this.#chip = chip;
    this.#form = chip.frames ?? PN53X_FRAMES;
    this.#reader = new FrameReader(this.#form);
    this.#send = send;
    this.#options = options;
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    for (const event of this.#reader.push(bytes))
      switch (event.kind) {
        case "ack":
          this.#current++;
          this.#chip.cancel();
          break;
        case "nack":
          if (this.#last !== undefined) this.#out(this.#last);
          break;
        case "information":
          this.#chip.cancel();
          this.#start(event.data, ++this.#current);
          break;
        // a chip does not acknowledge what it cannot read, and the host sends it again
        case "damaged":
        case "error":
      }
  }

  #start(command: Uint8Array, number: number): void {
    this.#out(ackFrame());
    this.#running = this.#running.then(async () => {
      // ended before it began: it would not hear that any more
      if (number !== this.#current) return;
      const answer = await this.#chip.execute(command);
      if (answer === undefined || number !== this.#current) return;
      this.#last = answer.length === 1 ? errorFrame() : this.#form.encode(answer);
      this.#out(this.#last);
    });
  }

  #out(frame: Uint8Array): void {
    const { disturb, pieceBytes = Number.POSITIVE_INFINITY } = this.#options;
    for (const whole of disturb?.(frame) ?? [frame])
      for (let at = 0; at < whole.length; at += pieceBytes) this.#send(whole.slice(at, at + pieceBytes));
  }
}

/** A link to a virtual chip. */
export function createVirtualLink(chip: VirtualFrameChip, options: FramePortOptions = {}): ByteLink {
  let listener: ((bytes: Uint8Array) => void) | undefined;
  const port = new FramePort(chip, (bytes) => listener?.(bytes), options);
  return {
    write(bytes) {
      // not before the writer has gone on: what comes back comes later, as on a wire
      return Promise.resolve().then(() => port.receive(bytes));
    },
    listen(onBytes) {
      listener = onBytes;
      return () => {
        listener = undefined;
      };
    },
    close: () => Promise.resolve(),
  };
}
