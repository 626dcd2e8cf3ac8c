import { type Socket, connect } from "node:net";
import { encodeMessage, MessageDecoder, VPCD_CONTROL } from "./message.ts";

/** How a connection came to its end. */
export interface LinkEnd {
  /** We closed our half first. */
  readonly byUs: boolean;
  /**
   * The last thing that vpcd sent was a presence poll; undefined when it never sent anything. A poll asks for the ATR
   * and for nothing before it, a power-up or reset asks for it too.
   */
  readonly polled: boolean | undefined;
  readonly error: unknown;
}

/** What answers vpcd. */
export interface LinkHandler {
  /** Returns or resolves to the bytes of the answer; to anything else when there is none. */
  onMessage(message: Uint8Array): unknown;
  onEnd(end: LinkEnd): void;
}

/** One TCP connection to vpcd: messages in, answers out, one after the other. */
export class Link {
  readonly #handler: LinkHandler;
  readonly #socket: Socket;
  readonly #decoder: MessageDecoder = new MessageDecoder();
  #busy = false;
  #ending = false;
  #previous = -1;
  #last = -1;
  #error: unknown;

  constructor(host: string, port: number, handler: LinkHandler) {
    this.#handler = handler;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.#decoder.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      this.#pump();
    });
    this.#socket.on("error", (error) => {
      this.#error = error;
    });
    this.#socket.on("close", () => {
      const polled =
        this.#last === -1
          ? undefined
          : this.#last === VPCD_CONTROL.getAtr &&
            this.#previous !== VPCD_CONTROL.powerOn &&
            this.#previous !== VPCD_CONTROL.reset;
      this.#handler.onEnd({ byUs: this.#ending, polled, error: this.#error });
    });
  }

  /**
   * Closes our half and listens on, so that the end tells how vpcd noticed. (Destroying the socket could reset the
   * connection under vpcd's read, which it does not survive well.)
   */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#last === -1) this.#socket.destroy();
    else this.#socket.end();
    this.#pump();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #pump(): void {
    while (this.#ending || !this.#busy) {
      let message: Uint8Array | undefined;
      try {
        message = this.#decoder.next();
      } catch (error) {
        this.#error = error;
        this.#socket.destroy();
        return;
      }
      if (message === undefined) return;
      this.#previous = this.#last;
      this.#last = message.length === 1 ? (message[0] ?? 0) : 0x100;
      if (this.#ending) continue;
      const answer = this.#handler.onMessage(message);
      if (answer instanceof Promise) this.#await(answer);
      else this.#send(answer);
    }
  }

  #await(answer: Promise<unknown>): void {
    this.#busy = true;
    const done = (value: unknown): void => {
      this.#busy = false;
      this.#send(value);
      this.#pump();
    };
    answer.then(done, () => {
      done(undefined);
    });
  }

  #send(answer: unknown): void {
    // one write per message: vpcd would wait for the second half of two
    if (answer instanceof Uint8Array && !this.#ending) this.#socket.write(encodeMessage(answer));
  }
}
