import { type DumpTag, isDumpError, loadTag, parseDump, type TagDump } from "@cardwire/virtual";
import { type SampleDump, sampleDumps } from "@cardwire/virtual/samples";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { readInput } from "./files.ts";
import type { CliIo } from "./io.ts";

/** A dump, made into a tag. */
export interface LoadedDump {
  /** As the user named it. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  readonly tag: DumpTag;
}

const SAMPLE = "sample:";

/** The tags that are always there, made one by one. */
export function* loadSamples(): Generator<LoadedDump, void> {
  for (const sample of sampleDumps()) yield loadSample(sample);
}

/**
 * Reads a dump from a file, or a sample by its name, and makes a tag of it.
 *
 * @throws CliError for a file that cannot be read or is no dump, with the place in it.
 */
export async function loadDump(path: string, io: CliIo): Promise<LoadedDump> {
  if (path.startsWith(SAMPLE)) return loadSample(sampleNamed(path.slice(SAMPLE.length)));
  const dump = await readDump(path, io, { allowPartial: false });
  return { name: path, title: "", tag: orCliError(path, () => loadTag(dump)) };
}

/** Reads a dump from a file, or a sample by its name. @throws CliError as {@link loadDump}. */
export async function readDump(path: string, io: CliIo, options: { readonly allowPartial: boolean }): Promise<TagDump> {
  const bytes = path.startsWith(SAMPLE)
    ? sampleNamed(path.slice(SAMPLE.length)).bytes()
    : await readInput(path, io, "a dump");
  return orCliError(path, () => parseDump(bytes, options));
}

function loadSample(sample: SampleDump): LoadedDump {
  const { fileName, title } = sample;
  return { name: fileName, title, tag: orCliError(fileName, () => loadTag(parseDump(sample.bytes()))) };
}

/** By its file name, or what comes before the dot of it. */
function sampleNamed(name: string): SampleDump {
  const samples = sampleDumps();
  const found = samples.find(({ fileName }) => fileName === name || fileName.split(".")[0] === name);
  if (found !== undefined) return found;
  const names = samples.map(({ fileName }) => fileName.split(".")[0]).join(", ");
  throw new CliError(`There is no sample "${name}"; there are ${names}.`, EXIT.usage);
}

function orCliError<Value>(fileName: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new CliError(`${fileName}: ${error.message}.`, EXIT.input, { cause: error });
  }
}
