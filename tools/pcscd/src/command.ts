import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const CLI = fileURLToPath(new URL("../../../packages/cli/", import.meta.url));
/** Beside the command's dependencies, where Node finds them. */
const FOLDER = `${CLI}node_modules/.cache/cardwire-integration`;

/** Sockets of a command that has opened none itself. */
const OUTPUTS = 2;

/** Makes the command of its sources, as a program for `node`. */
export async function buildCommand(): Promise<void> {
  await build({
    entryPoints: [`${CLI}src/cli.ts`],
    outdir: FOLDER,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@cardwire/source"],
    external: ["commander", "picocolors", "yocto-spinner", "koffi", "usb"],
    logLevel: "error",
  });
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A `cardwire` that runs in a process of its own. */
export class Command {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  out = "";
  err = "";

  constructor(words: readonly string[], options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string }) {
    this.#child = spawn(process.execPath, [`${FOLDER}/cli.mjs`, ...words], {
      env: { ...options.env, NO_COLOR: "1", INIT_CWD: undefined },
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    this.#closed = once(this.#child, "close");
  }

  /** Whether it has reached pcscd: beside its two outputs it opens no other socket. */
  isConnected(): boolean {
    const folder = `/proc/${this.#child.pid}/fd`;
    return readdirSync(folder).filter((fd) => isSocket(`${folder}/${fd}`)).length > OUTPUTS;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  async result(): Promise<CommandResult> {
    await this.#closed;
    return { code: this.#child.exitCode, out: this.out, err: this.err };
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // closed meanwhile
    return false;
  }
}
