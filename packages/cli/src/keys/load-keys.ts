import { fromHex } from "@cardwire/core";
import { WELL_KNOWN_KEYS } from "@cardwire/mifare-classic";
import { isDumpError } from "@cardwire/virtual";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { readInput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { type KeyFile, NO_KEY, parseKeyFile, uniqueKeys } from "./key-file.ts";

/** Reads a key file. @throws CliError for one that is none. */
export async function readKeyFile(path: string, io: CliIo): Promise<KeyFile> {
  const bytes = await readInput(path, io, "a key file");
  try {
    return parseKeyFile(bytes);
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new CliError(`${path}: no key file: ${error.message}.`, EXIT.input, { cause: error });
  }
}

/** Reads a key file whose keys are used, and says on standard error which lines of it are not. @throws CliError as above. */
export async function readUsableKeys(path: string, io: CliIo): Promise<KeyFile> {
  const file = await readKeyFile(path, io);
  const [first, ...more] = file.mistakes.filter(({ reason }) => reason === NO_KEY);
  if (first !== undefined && file.keys.length > 0) {
    const others = more.length === 0 ? "" : `, nor ${more.length === 1 ? "is" : "are"} ${more.length} more`;
    io.writeError(`${path}: line ${first.line} is no key${others} ("cardwire keys check" shows why).\n`);
  }
  return file;
}

/** The keys to try on a card: those of the files, then those that everybody knows. @throws CliError for files without keys. */
export async function candidateKeys(paths: readonly string[], io: CliIo): Promise<Uint8Array[]> {
  const files: Uint8Array[][] = [];
  for (const path of paths) {
    const { keys, mistakes } = await readUsableKeys(path, io);
    const [mistake] = mistakes;
    if (keys.length === 0) {
      const where = mistake === undefined ? "" : ` (line ${mistake.line}: ${mistake.reason})`;
      throw new CliError(`${path}: there is no key in it${where}.`, EXIT.input);
    }
    files.push([...keys]);
  }
  return uniqueKeys([...files, Object.values(WELL_KNOWN_KEYS).map(fromHex)]);
}
