import { isFormatError, toHex, UsageError } from "@cardwire/core";
import type { ChipCommand } from "../command/command.ts";
import { isPn53xError, Pn53xError } from "../pn53x-error.ts";
import type { Pn53xExchangeOptions, Pn53xPipe } from "../pipe/pipe.ts";

/**
 * Sends a command, and reads the answer to it.
 *
 * @throws FormatError or UsageError for a request that cannot be sent; Pn53xError with the command's name.
 */
export async function runCommand<Request, Answer>(
  pipe: Pn53xPipe,
  identifiers: { readonly COMMAND: number; readonly ANSWER: number },
  command: ChipCommand<string, Request, Answer>,
  request: Request,
  options?: Pn53xExchangeOptions,
): Promise<Answer> {
  const { name, code } = command;
  const parameters = command.encodeRequest(request);
  const bytes = new Uint8Array(parameters.length + 2);
  bytes[0] = identifiers.COMMAND;
  bytes[1] = code;
  bytes.set(parameters, 2);
  if (bytes.length > pipe.maxCommandBytes)
    throw new UsageError(`${name} has ${bytes.length} bytes, and ${pipe.name} takes ${pipe.maxCommandBytes}`);
  let answer: Uint8Array;
  try {
    answer = await pipe.exchange(bytes, options);
  } catch (error) {
    if (!isPn53xError(error) || error.command !== undefined) throw error;
    throw new Pn53xError(error.code, error.message, { command: name, cause: error });
  }
  if (answer[0] !== identifiers.ANSWER || answer[1] !== code + 1)
    throw new Pn53xError("PROTOCOL", `answered ${toHex(answer.subarray(0, 2), " ") || "nothing"}`, { command: name });
  try {
    return command.decodeAnswer(answer.subarray(2), request);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    throw new Pn53xError("PROTOCOL", `the answer cannot be read: ${error.message}`, { command: name, cause: error });
  }
}
