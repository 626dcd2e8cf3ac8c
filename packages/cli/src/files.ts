import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";

/** Reads a file that the user named. @throws CliError with what is wrong with it. */
export async function readInput(path: string, io: CliIo, wanted: string): Promise<Uint8Array> {
  try {
    return await io.readFile(path);
  } catch (error) {
    throw new CliError(`${path}: ${unreadable(error, wanted)}.`, EXIT.input, { cause: error });
  }
}

/**
 * Finds out whether a file can be written before the work is done that it is for.
 *
 * @throws CliError with what is wrong with it.
 */
export async function checkOutput(
  path: string,
  io: CliIo,
  { force = false }: { readonly force?: boolean | undefined } = {},
): Promise<void> {
  try {
    await io.checkWritable(path, { overwrite: force });
  } catch (error) {
    throw new CliError(`${path}: ${unwritable(error)}.`, EXIT.input, { cause: error });
  }
}

/** Writes a file that the user named. @throws CliError with what is wrong with it. */
export async function writeOutput(
  path: string,
  bytes: Uint8Array,
  io: CliIo,
  { force = false }: { readonly force?: boolean | undefined } = {},
): Promise<void> {
  try {
    await io.writeFile(path, bytes, { overwrite: force });
  } catch (error) {
    throw new CliError(`${path}: ${unwritable(error)}.`, EXIT.input, { cause: error });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function unreadable(error: unknown, wanted: string): string {
  switch (codeOf(error)) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return `that is a folder, not ${wanted}`;
    case "EACCES":
    case "EPERM":
      return "permission to read it is denied";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function unwritable(error: unknown): string {
  switch (codeOf(error)) {
    case "EEXIST":
      return "the file is there already (--force replaces it)";
    case "ENOENT":
      return "there is no such folder";
    case "EISDIR":
      return "that is a folder";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "permission to write it is denied";
    case "ENOSPC":
      return "the disk is full";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
