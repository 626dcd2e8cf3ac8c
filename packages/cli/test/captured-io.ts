import { type Clock, systemClock } from "@cardwire/core";
import { openContext } from "cardwire";
import type { Machine } from "../src/doctor/machine.ts";
import type { CliIo } from "../src/io.ts";

/** An io that keeps what is printed, with files that exist in the test only. */
export interface CapturedIo extends CliIo {
  readonly out: string;
  readonly err: string;
  /** What was printed as bytes. */
  readonly outBytes: readonly Uint8Array[];
  /** What the progress said, as somebody who watches would have seen it. */
  readonly progress: readonly string[];
  /** Files by name: those that were there, and those that were written. */
  readonly files: Map<string, Uint8Array>;
}

/** A machine that has nothing. */
export const BARE_MACHINE: Machine = {
  platform: "linux",
  nodeVersion: "20.19.0",
  env: {},
  isRoot: false,
  readText: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  linkName: () => Promise.resolve(undefined),
  exists: () => Promise.resolve(false),
  canWrite: () => Promise.resolve(false),
  connect: () => Promise.resolve("missing"),
  run: () => Promise.resolve(undefined),
  hasPackage: () => Promise.resolve(false),
};

const systemError = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code });

/** Patience that ends early, for what never comes however long one waits. */
export const IMPATIENT: Clock = {
  now: () => systemClock.now(),
  schedule: (delayMs, callback) => systemClock.schedule(delayMs / 50, callback),
};

export function captureIo(
  overrides: Partial<Omit<CliIo, "readFile" | "writeFile">> & {
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
  } = {},
): CapturedIo {
  let out = "";
  let err = "";
  const outBytes: Uint8Array[] = [];
  const progress: string[] = [];
  const { files: given = {}, ...rest } = overrides;
  const files = new Map(
    Object.entries(given).map(([name, content]) => [
      name,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    ]),
  );
  const checkWritable: CliIo["checkWritable"] = (path, { overwrite }) => {
    if (path.startsWith("locked/")) return Promise.reject(systemError("EACCES", path));
    if (!overwrite && files.has(path)) return Promise.reject(systemError("EEXIST", path));
    return Promise.resolve();
  };
  return {
    colours: false,
    errorColours: false,
    interactive: false,
    signal: new AbortController().signal,
    openContext,
    machine: BARE_MACHINE,
    clock: systemClock,
    startProgress: (text) => {
      progress.push(text);
      return { update: (next) => progress.push(next), stop: () => undefined };
    },
    ...rest,
    readFile: (path) => {
      const content = files.get(path);
      return content === undefined ? Promise.reject(systemError("ENOENT", path)) : Promise.resolve(content);
    },
    checkWritable,
    writeFile: async (path, bytes, options) => {
      await checkWritable(path, options);
      files.set(path, bytes);
    },
    write: (content) => {
      if (typeof content === "string") out += content;
      else outBytes.push(content);
    },
    writeError: (text) => (err += text),
    outBytes,
    progress,
    files,
    get out() {
      return out;
    },
    get err() {
      return err;
    },
  };
}
