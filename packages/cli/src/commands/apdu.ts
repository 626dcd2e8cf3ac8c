import { describeStatusWord, parseResponseApdu } from "@cardwire/apdu";
import { describeCommand, describeResponse, statusWordTables } from "@cardwire/apdu/log";
import { concatBytes, fromHex, isFormatError } from "@cardwire/core";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { CardOptions } from "../options.ts";
import { spaced } from "../output/hex.ts";
import { toJson } from "../output/json.ts";
import { createStyle } from "../output/style.ts";
import { withFirstCard } from "../wait-for-card.ts";

interface Exchange {
  readonly command: Uint8Array;
  readonly response: Uint8Array;
}

/** `cardwire apdu`: sends command APDUs to the first card that comes. */
export async function apduCommand(words: readonly string[], options: CardOptions, io: CliIo): Promise<ExitCode> {
  const commands = parseCommands(words);
  const style = createStyle(io.colours);
  const exchanges: Exchange[] = [];
  await withFirstCard(options, io, async (tap) => {
    for (const command of commands) {
      const response = await tap.transmit(command, { signal: io.signal });
      exchanges.push({ command, response });
      if (options.json === true) continue;
      io.write(`${style.layer.apdu("→")} ${spaced(command)}  ${style.dim(describeCommand(command))}\n`);
      io.write(`${style.layer.apdu("←")} ${spaced(response)}  ${style.dim(responseNote(response, command))}\n`);
    }
  });
  if (options.json === true) io.write(`${toJson(exchanges.map(exchangeJson))}\n`);
  return exchanges.some(({ response }) => isFailure(response)) ? EXIT.card : EXIT.ok;
}

/**
 * Words of one or two digits each are the bytes of one command; else every word is a command of its own, in which
 * blanks may stand between the bytes.
 */
export function parseCommands(words: readonly string[]): Uint8Array[] {
  const bytes = words.map((word) => {
    const digits = word.replace(/^0x/i, "");
    try {
      return fromHex(digits.length === 1 ? `0${digits}` : digits);
    } catch (error) {
      if (!isFormatError(error)) throw error;
      throw new CliError(`"${word}" is no hexadecimal APDU: ${error.message}.`, EXIT.usage, { cause: error });
    }
  });
  if (bytes.some(({ length }) => length === 0)) throw new CliError("An APDU has one byte or more.", EXIT.usage);
  return bytes.every(({ length }) => length === 1) ? [concatBytes(...bytes)] : bytes;
}

/** What a response says; no more than that for the 9000 that one hopes for. */
function responseNote(response: Uint8Array, command: Uint8Array): string {
  if (response.at(-2) === 0x90 && response.at(-1) === 0x00) return "OK";
  return describeResponse(response, ...statusWordTables(command));
}

/** True for a status word that says that the command was not carried out. */
function isFailure(response: Uint8Array): boolean {
  const status = describeStatusWord(parseResponseApdu(response).sw).class;
  return status === "execution-error" || status === "checking-error";
}

function exchangeJson({ command, response }: Exchange): unknown {
  const { data, sw } = parseResponseApdu(response);
  return {
    command,
    data,
    sw: sw.toString(16).toUpperCase().padStart(4, "0"),
    meaning: describeStatusWord(sw, ...statusWordTables(command)).meaning,
  };
}
