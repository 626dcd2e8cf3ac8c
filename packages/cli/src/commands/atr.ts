import { parseAtr } from "@cardwire/atr";
import { describeAtr } from "@cardwire/atr/describe";
import { concatBytes, fromHex, isFormatError } from "@cardwire/core";
import { identifyAtr } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { CardOptions } from "../options.ts";
import { atrLines } from "../output/atr-lines.ts";
import { spaced } from "../output/hex.ts";
import { toJson } from "../output/json.ts";
import { createStyle } from "../output/style.ts";
import { withFirstCard } from "../wait-for-card.ts";

/** `cardwire atr`: an answer to reset, byte by byte. */
export async function atrCommand(words: readonly string[], options: CardOptions, io: CliIo): Promise<ExitCode> {
  const atr =
    words.length === 0 ? await withFirstCard(options, io, (tap) => Promise.resolve(tap.atr)) : parseWords(words);
  const card = identifyAtr(atr);
  const { defects } = parseAtr(atr);
  if (options.json === true) {
    io.write(`${toJson({ atr, card, fields: describeAtr(atr), defects })}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const lines = [style.title(spaced(atr)), ...atrLines(atr, style).map((line) => `  ${line}`), "", card.name];
  for (const { field, offset, code } of defects) lines.push(style.bad(`${field} at offset ${offset}: ${code}`));
  io.write(`${lines.join("\n")}\n`);
  return EXIT.ok;
}

/** @throws CliError for what is no bytes. */
function parseWords(words: readonly string[]): Uint8Array {
  try {
    const atr = concatBytes(...words.map((word) => fromHex(word.length === 1 ? `0${word}` : word)));
    if (atr.length > 0) return atr;
  } catch (error) {
    if (!isFormatError(error)) throw error;
    throw new CliError(`"${words.join(" ")}" is no answer to reset: ${error.message}.`, EXIT.usage, { cause: error });
  }
  throw new CliError("An answer to reset has two bytes or more.", EXIT.usage);
}
