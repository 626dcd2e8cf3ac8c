import { createServer, type Server, type Socket } from "node:net";
import { type VpcdCard } from "@cardwire/vpcd";

/** IFD_* of pcsc-lite's ifdhandler.h. */
const IFD = {
  success: 0,
  errorTag: 600,
  errorNotSupported: 606,
  errorPowerAction: 608,
  communicationError: 612,
  present: 615,
  notPresent: 616,
} as const;
const POWER_DOWN = 501;

/** What driver/ifd-socket.c asks. */
const QUESTION = { presence: 1, power: 2, transmit: 3, control: 4, get: 5, set: 6, wait: 7 } as const;
const HEADER_LENGTH = 5;
/** A reader that is still lets pcscd look after other things so often. */
const LONGEST_WAIT_MS = 100;

interface Answer {
  readonly code: number;
  readonly bytes?: Uint8Array;
}

/** A reader under a test's hand: the other end of driver/ifd-socket.c. */
export class SocketReader {
  /** Values that GET_ATTRIB finds, and SET_ATTRIB changes. */
  readonly attributes = new Map<number, Uint8Array>();
  /** What CONTROL does, by its code. */
  readonly controls = new Map<number, (data: Uint8Array) => Uint8Array>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  #card: VpcdCard | "mute" | undefined;
  /** A card was exchanged, and pcscd has not seen the empty reader between the two yet. */
  #owesAbsence = false;
  #answeredAbsent = false;
  #broken = false;

  constructor(path: string) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
      this.#serve(socket);
    });
    this.#server.listen(path);
  }

  insert(card: VpcdCard | "mute"): void {
    this.#card = card;
    this.#change();
  }

  remove(): void {
    this.#card = undefined;
    this.#owesAbsence = false;
    this.#change();
  }

  /** Takes the card away and lays it down again faster than pcscd looks. */
  swap(): void {
    this.#owesAbsence = true;
    this.#change();
  }

  /** Has the reader fail, or work again. */
  setBroken(broken: boolean): void {
    this.#broken = broken;
    this.#change();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #change(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    let busy = false;
    const pump = async (): Promise<void> => {
      if (busy) return;
      busy = true;
      while (received.length >= HEADER_LENGTH) {
        const length = received.readUInt32LE(1);
        if (received.length < HEADER_LENGTH + length) break;
        const question = received[0] ?? 0;
        const bytes = Uint8Array.from(received.subarray(HEADER_LENGTH, HEADER_LENGTH + length));
        received = received.subarray(HEADER_LENGTH + length);
        const { code, bytes: given = new Uint8Array(0) } = await this.#answer(question, bytes);
        const header = Buffer.alloc(8);
        header.writeUInt32LE(code, 0);
        header.writeUInt32LE(given.length, 4);
        socket.write(Buffer.concat([header, given]));
      }
      busy = false;
    };
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      void pump();
    });
  }

  #answer(question: number, bytes: Uint8Array): Answer | Promise<Answer> {
    const number = bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : 0;
    const rest = bytes.slice(4);
    switch (question) {
      case QUESTION.presence:
        return { code: this.#presence() };
      case QUESTION.power:
        return this.#power(number);
      case QUESTION.transmit:
        return this.#transmit(rest);
      case QUESTION.control: {
        const control = this.controls.get(number);
        return control === undefined ? { code: IFD.errorNotSupported } : { code: IFD.success, bytes: control(rest) };
      }
      case QUESTION.get: {
        const value = this.attributes.get(number);
        return value === undefined ? { code: IFD.errorTag } : { code: IFD.success, bytes: value };
      }
      case QUESTION.set:
        if (!this.attributes.has(number)) return { code: IFD.errorTag };
        this.attributes.set(number, rest);
        return { code: IFD.success };
      case QUESTION.wait:
        return this.#wait(number);
      default:
        return { code: IFD.errorNotSupported };
    }
  }

  #presence(): number {
    // one that has no meaning to the driver, and is a failing reader to pcscd
    if (this.#broken) return IFD.errorNotSupported;
    if (this.#card !== undefined && !this.#owesAbsence) return IFD.present;
    this.#answeredAbsent = true;
    return IFD.notPresent;
  }

  async #power(action: number): Promise<Answer> {
    const card = this.#card;
    if (card === undefined) return { code: IFD.communicationError };
    if (card === "mute") return { code: IFD.errorPowerAction };
    if (action === POWER_DOWN) {
      await card.powerOff?.();
      return { code: IFD.success };
    }
    await card.powerOn?.();
    return { code: IFD.success, bytes: card.atr };
  }

  async #transmit(command: Uint8Array): Promise<Answer> {
    const card = this.#card;
    if (card === undefined || card === "mute") return { code: IFD.communicationError };
    return { code: IFD.success, bytes: await card.transmit(command) };
  }

  #wait(ms: number): Promise<Answer> | Answer {
    // between two waits pcscd's polling thread has looked, which others do at other times
    if (this.#owesAbsence && this.#answeredAbsent) {
      this.#owesAbsence = false;
      return { code: IFD.success };
    }
    this.#answeredAbsent = false;
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve({ code: IFD.success });
      };
      const timer = setTimeout(wake, Math.min(ms, LONGEST_WAIT_MS));
      this.#waiting.add(wake);
    });
  }
}
