import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemClock } from "@cardwire/core";
import type { Spinner } from "yocto-spinner";
import { createNodeMachine } from "./doctor/node-machine.ts";
import type { CliIo, Progress } from "./io.ts";

/** The world of a process: its streams, its terminal, its files. */
export function createProcessIo(signal: AbortSignal): CliIo {
  const { stdout, stderr, env } = process;
  const invokedFrom = env["INIT_CWD"];
  return {
    write: (content) => void stdout.write(content),
    writeError: (text) => void stderr.write(text),
    colours: useColours(stdout.isTTY, env),
    errorColours: useColours(stderr.isTTY, env),
    interactive: stderr.isTTY,
    signal,
    clock: systemClock,
    readFile: (path) => (path === "-" ? readStandardInput() : readFromInvocation(path, invokedFrom)),
    checkWritable: (path, options) => checkWritable(resolve(invokedFrom ?? "", path), options.overwrite),
    writeFile: (path, bytes, options) => writeWhole(resolve(invokedFrom ?? "", path), bytes, options.overwrite),
    startProgress: (text) => (stderr.isTTY ? showSpinner(text) : NO_PROGRESS),
    openContext: async (options) => (await import("cardwire")).openContext(options),
    machine: createNodeMachine(),
  };
}

/** A terminal shows colours unless the user wants none (no-color.org); FORCE_COLOR shows them anywhere. */
function useColours(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "" && env["FORCE_COLOR"] !== "0") return true;
  return isTerminal && env["TERM"] !== "dumb";
}

/**
 * Package managers run scripts in the package's folder and tell in INIT_CWD where they were called: a file named on the
 * command line is meant from there.
 */
async function readFromInvocation(path: string, invokedFrom: string | undefined): Promise<Uint8Array> {
  try {
    return await readFile(resolve(invokedFrom ?? "", path));
  } catch (error) {
    if (invokedFrom === undefined || !isMissing(error)) throw error;
    return readFile(resolve(path));
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** A file appears under its name when it is complete: who is interrupted finds the old one, or none. */
async function writeWhole(path: string, bytes: Uint8Array, overwrite: boolean): Promise<void> {
  await checkWritable(path, overwrite);
  // a pipe or a device has no name to appear under
  if ((await whatIsAt(path)) === "device") return writeFile(path, bytes);
  const partial = `${path}.${process.pid}.part`;
  try {
    await writeFile(partial, bytes, { flag: "wx" });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function checkWritable(path: string, overwrite: boolean): Promise<void> {
  const refuse = (code: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });
  switch (await whatIsAt(path)) {
    case "folder":
      throw refuse("EISDIR");
    case "file":
      if (!overwrite) throw refuse("EEXIST");
      break;
    case "nothing":
      await stat(dirname(path));
      break;
    case "device":
      break;
  }
}

async function whatIsAt(path: string): Promise<"nothing" | "file" | "folder" | "device"> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "device";
  } catch (error) {
    if (isMissing(error)) return "nothing";
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

const NO_PROGRESS: Progress = { update: () => undefined, stop: () => undefined };

/** The spinner is loaded when there is something to show, and shows what is so by then. */
function showSpinner(text: string): Progress {
  let latest = text;
  let stopped = false;
  let spinner: Spinner | undefined;
  void import("yocto-spinner").then(({ default: createSpinner }) => {
    if (!stopped) spinner = createSpinner({ text: latest, stream: process.stderr, handleSignals: false }).start();
  });
  return {
    update: (next) => {
      latest = next;
      if (spinner !== undefined) spinner.text = next;
    },
    stop: () => {
      stopped = true;
      spinner?.stop();
      spinner = undefined;
    },
  };
}
