import type { VirtualTag } from "@cardwire/core";
import { isDumpError, loadTag, parseDump } from "@cardwire/virtual";
import { sampleDumps } from "@cardwire/virtual/samples";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";

/** A dump, made into a tag. */
export interface LoadedDump {
  /** As the user named it. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  readonly tag: VirtualTag;
}

/** The tags that are always there, made one by one. */
export function* loadSamples(): Generator<LoadedDump, void> {
  for (const sample of sampleDumps()) {
    const { fileName, title } = sample;
    yield { name: fileName, title, tag: tagOf(fileName, sample.bytes()) };
  }
}

/**
 * Reads a dump from a file and makes a tag of it.
 *
 * @throws CliError for a file that cannot be read or is no dump, with the place in it.
 */
export async function loadDump(path: string, io: CliIo): Promise<LoadedDump> {
  let bytes: Uint8Array;
  try {
    bytes = await io.readFile(path);
  } catch (error) {
    throw new CliError(`${path}: ${unreadable(error)}.`, EXIT.input, { cause: error });
  }
  return { name: path, title: "", tag: tagOf(path, bytes) };
}

function tagOf(fileName: string, bytes: Uint8Array): VirtualTag {
  try {
    return loadTag(parseDump(bytes));
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new CliError(`${fileName}: ${error.message}.`, EXIT.input, { cause: error });
  }
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "that is a folder, not a dump";
    case "EACCES":
    case "EPERM":
      return "permission to read it is denied";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
