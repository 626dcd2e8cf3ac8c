import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { openContext } from "cardwire";
import type { CliIo } from "./io.ts";

/** The world of a process: its streams, its terminal, its files. */
export function createProcessIo(signal: AbortSignal): CliIo {
  const { stdout, stderr, env } = process;
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    colours: useColours(stdout.isTTY, env),
    interactive: stderr.isTTY,
    signal,
    readFile: (path) => readFromInvocation(path, env["INIT_CWD"]),
    openContext,
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
