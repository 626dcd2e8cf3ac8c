import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface PcscdOrder {
  readonly id: number;
  readonly verb: "settle" | "insert" | "remove" | "swap" | "mute" | "attach" | "detach" | "stop" | "start";
}

export interface PcscdAnswer {
  readonly id: number;
  readonly text?: string;
  readonly error?: string;
}

/** The hands at a pcscd on the other side of Wine: linux/pcscd-control.ts. */
export class PcscdMachine {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on("line", (line) => {
      const { id, text = "", error } = JSON.parse(line) as PcscdAnswer;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(text);
      else waiting?.reject(new Error(`pcscd: ${error}`));
    });
  }

  static async connect(port: number): Promise<PcscdMachine> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new PcscdMachine(socket);
  }

  order(verb: PcscdOrder["verb"]): Promise<string> {
    const id = this.#nextId++;
    this.#socket.write(`${JSON.stringify({ id, verb } satisfies PcscdOrder)}\n`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
