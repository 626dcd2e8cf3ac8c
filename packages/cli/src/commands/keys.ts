import { toHex } from "@cardwire/core";
import { CLASSIC_GEOMETRY, type SectorKeys } from "@cardwire/mifare-classic";
import { formatDump } from "@cardwire/virtual";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkOutput, writeOutput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { uniqueKeys } from "../keys/key-file.ts";
import { candidateKeys, readKeyFile, readUsableKeys } from "../keys/load-keys.ts";
import { openClassic } from "../keys/open-classic.ts";
import type { CardOptions, OutputOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { createStyle } from "../output/style.ts";
import { withFirstCard } from "../wait-for-card.ts";

export interface KeysFindOptions extends CardOptions {
  readonly out?: string;
  readonly force?: boolean;
}

/** `cardwire keys list`: the keys of files, each once. */
export async function keysListCommand(files: readonly string[], options: OutputOptions, io: CliIo): Promise<ExitCode> {
  const lists: (readonly Uint8Array[])[] = [];
  for (const file of files) lists.push((await readUsableKeys(file, io)).keys);
  const keys = uniqueKeys(lists);
  if (options.json === true) io.write(`${toJson({ keys })}\n`);
  else io.write(keys.map((key) => `${toHex(key)}\n`).join(""));
  return EXIT.ok;
}

/** `cardwire keys check`: what is wrong with key files. */
export async function keysCheckCommand(files: readonly string[], options: OutputOptions, io: CliIo): Promise<ExitCode> {
  const style = createStyle(io.colours);
  const results: object[] = [];
  let good = true;
  for (const file of files) {
    const { kind, keys, mistakes } = await readKeyFile(file, io);
    good &&= mistakes.length === 0 && keys.length > 0;
    results.push({ file, kind, keys: keys.length, mistakes });
    if (options.json === true) continue;
    io.write(`${style.title(file)}  ${kind}, ${keys.length} keys\n`);
    for (const { line, text, reason } of mistakes)
      io.write(`  ${style.address(`line ${line}`)}  ${style.bad(reason)}  ${style.dim(text)}\n`);
    if (keys.length === 0) io.write(`  ${style.bad("there is no key in it")}\n`);
  }
  if (options.json === true) io.write(`${toJson({ files: results })}\n`);
  return good ? EXIT.ok : EXIT.input;
}

/** `cardwire keys find`: which keys open which sectors of the first MIFARE Classic that comes. */
export async function keysFindCommand(
  files: readonly string[],
  options: KeysFindOptions,
  io: CliIo,
): Promise<ExitCode> {
  const candidates = await candidateKeys(files, io);
  if (options.out !== undefined) await checkOutput(options.out, io, { force: options.force });
  const { reader, uid, size, found } = await withFirstCard(options, io, async (tap) => {
    const card = tap.as("mifare-classic");
    if (card === undefined)
      throw new CliError(`This card (${tap.card.name}) is no MIFARE Classic: it has no such keys.`, EXIT.card);
    const progress = io.startProgress(`trying ${candidates.length} keys`);
    try {
      const keys = await openClassic(tap, card, candidates, progress, io);
      return { reader: tap.reader, uid: tap.uid, size: card.size, found: keys };
    } finally {
      progress.stop();
    }
  });
  const sectors = Array.from({ length: CLASSIC_GEOMETRY[size].sectors }, (_, sector) => ({
    sector,
    keyA: found.get(sector)?.a,
    keyB: found.get(sector)?.b,
  }));
  const open = sectors.reduce(
    (sum, { keyA, keyB }) => sum + Number(keyA !== undefined) + Number(keyB !== undefined),
    0,
  );
  if (options.json === true)
    io.write(
      `${toJson({ reader, uid, size, tried: candidates.length, found: open, places: sectors.length * 2, sectors })}\n`,
    );
  else {
    const style = createStyle(io.colours);
    const text = (key: Uint8Array | undefined): string => (key === undefined ? style.bad("not found   ") : toHex(key));
    io.write(`${style.label("sector  key A         key B")}\n`);
    for (const { sector, keyA, keyB } of sectors)
      io.write(`${String(sector).padStart(6)}  ${text(keyA)}  ${text(keyB)}\n`);
    io.write(`${open} of ${sectors.length * 2} found, ${candidates.length} keys tried.\n`);
  }
  // what was found is shown even where the file has no room for it
  if (options.out !== undefined) {
    await saveKeys(
      options.out,
      size,
      sectors.map(({ keyA: a, keyB: b }) => ({ ...(a && { a }), ...(b && { b }) })),
      options,
      io,
    );
    if (options.json !== true) io.write(`Saved to ${options.out}.\n`);
  }
  return open === 0 ? EXIT.card : EXIT.ok;
}

async function saveKeys(
  path: string,
  size: keyof typeof CLASSIC_GEOMETRY,
  sectors: readonly SectorKeys[],
  { force }: KeysFindOptions,
  io: CliIo,
): Promise<void> {
  if (/\.(?:dic|txt|nfc)$/i.test(path)) {
    const keys = uniqueKeys(sectors.map(({ a, b }) => [...(a ? [a] : []), ...(b ? [b] : [])]));
    await writeOutput(path, new TextEncoder().encode(keys.map((key) => `${toHex(key)}\n`).join("")), io, { force });
    return;
  }
  const missing = sectors.findIndex(({ a, b }) => a === undefined || b === undefined);
  if (missing >= 0)
    throw new CliError(
      `${path}: a binary key file has a key A and a key B for every sector, and sector ${missing} lacks one; a .dic file holds those that were found.`,
      EXIT.card,
    );
  const known = (key: Uint8Array | undefined): Uint8Array => key ?? new Uint8Array(6);
  const bytes = formatDump(
    {
      kind: "mifare-classic-keys",
      size,
      keysA: sectors.map(({ a }) => known(a)),
      keysB: sectors.map(({ b }) => known(b)),
    },
    "raw",
  );
  await writeOutput(path, bytes, io, { force });
}
