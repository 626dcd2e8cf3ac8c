import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, rmSync } from "node:fs";
import { type SmartCardContext } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";

const SOCKET = "/run/pcscd/pcscd.comm";

/** A pcscd of one's own, and a client's context with it. */
export class Pcscd {
  readonly context: SmartCardContext;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.context = createPcscliteContext();
  }

  /** Its log, and libccid's, go to the end of this file. */
  static async start(log: string): Promise<Pcscd> {
    const file = openSync(log, "a");
    const environment = { ...process.env, LIBCCID_ifdLogLevel: "0x0007" };
    const child = spawn("pcscd", ["--foreground", "--info"], { env: environment, stdio: ["ignore", file, file] });
    while (!existsSync(SOCKET)) await new Promise((resolve) => setTimeout(resolve, 20));
    return new Pcscd(child);
  }

  /** It may hang: it is not asked. */
  async kill(): Promise<void> {
    await this.context.close();
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
    for (const left of [SOCKET, "/run/pcscd/pcscd.pid"]) rmSync(left, { force: true });
  }
}
