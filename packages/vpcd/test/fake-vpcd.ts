import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/**
 * The driver's side of the wire, as vsmartcard 3.3 does it: accepts at a presence poll and at nothing else, asks one
 * thing at a time, and drops the connection when an answer is empty or does not come.
 */
export class FakeVpcd {
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #client: Socket | undefined;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #arrived: () => void = () => undefined;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      socket.pause();
      socket.on("error", () => undefined);
      this.#waiting.push(socket);
      this.#arrived();
    });
  }

  static async listen(port = 0): Promise<FakeVpcd> {
    const fake = new FakeVpcd();
    fake.#server.listen(port, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    return address.port;
  }

  /** IFDHICCPresence. */
  async poll(): Promise<boolean> {
    this.#accept();
    return this.#client !== undefined && (await this.getAtr()).length > 0;
  }

  /** Polls until the slot is in that state. */
  async until(present: boolean): Promise<void> {
    while ((await this.poll()) !== present)
      if (this.#waiting.length === 0 && this.#client === undefined)
        await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  getAtr(): Promise<Uint8Array> {
    return this.transmit(Uint8Array.of(4));
  }

  /** A control that has no answer: 0 off, 1 on, 2 reset. */
  control(code: number): void {
    this.#send(Uint8Array.of(code));
  }

  /** Empty when the connection was closed. */
  async transmit(apdu: Uint8Array): Promise<Uint8Array> {
    this.#send(apdu);
    return this.answer();
  }

  /** The next answer on the wire. */
  async answer(): Promise<Uint8Array> {
    const header = await this.#read(2);
    const answer = header === undefined ? undefined : await this.#read(header.readUInt16BE(0));
    if (answer === undefined || answer.length === 0) this.#eject();
    return new Uint8Array(answer ?? []);
  }

  /** Sends bytes as they are, in as many writes as parts. */
  async raw(...parts: Uint8Array[]): Promise<void> {
    for (const part of parts) {
      this.#client?.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    this.#eject();
    for (const socket of this.#waiting) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(): void {
    if (this.#client !== undefined) return;
    const socket = this.#waiting.shift();
    if (socket === undefined) return;
    this.#client = socket;
    this.#received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("end", () => this.#wake());
    socket.on("close", () => this.#wake());
    socket.resume();
  }

  #eject(): void {
    this.#client?.end();
    this.#client?.destroySoon();
    this.#client = undefined;
  }

  #send(message: Uint8Array): void {
    this.#client?.write(Uint8Array.of(message.length >> 8, message.length & 0xff));
    this.#client?.write(message);
  }

  async #read(length: number): Promise<Buffer | undefined> {
    while (this.#received.length < length) {
      if (this.#client === undefined || this.#client.readableEnded || this.#client.destroyed) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes;
  }
}
