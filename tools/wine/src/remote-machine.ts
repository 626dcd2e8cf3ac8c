import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ConformanceProfile } from "@cardwire/core";
import type { MachineKind } from "./reader-machine.ts";

export interface RemoteOrder {
  readonly id: number;
  readonly verb: "machine" | "insert" | "remove" | "swap" | "radio" | "attach" | "detach" | "end";
  readonly argument?: string;
  readonly profile?: ConformanceProfile;
}

/** The order's number; 0 when the program is ready. */
export interface RemoteAnswer {
  readonly id: number;
  readonly error?: string;
}

/** A hand is slower than a request that is on its way to the reader: they take different ways there. */
const SLOW_HAND_MS = 15;

/** The hands at readers of another process, which serves the bridge driver. */
export class RemoteMachine {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #nextId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", ({ id, error }: RemoteAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(`the reader's process: ${error}`));
    });
    child.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the reader's process ended with ${code}`));
    });
  }

  static async start(): Promise<RemoteMachine> {
    const machine = new RemoteMachine(fork(fileURLToPath(new URL("reader-process.mjs", import.meta.url))));
    await machine.#answer();
    return machine;
  }

  /** New readers in place of those before. */
  machine(kind: MachineKind, profile: ConformanceProfile): Promise<void> {
    return this.order({ verb: "machine", argument: kind, profile });
  }

  async order(order: Omit<RemoteOrder, "id">): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SLOW_HAND_MS));
    const answer = this.#answer();
    this.#child.send({ ...order, id: this.#nextId - 1 } satisfies RemoteOrder);
    return answer;
  }

  /** Ends the process in the middle of whatever it does. */
  kill(): void {
    this.#child.kill();
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.on("exit", resolve));
    await this.order({ verb: "end" });
    await exited;
  }

  #answer(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.#nextId++, { resolve, reject });
    });
  }
}
