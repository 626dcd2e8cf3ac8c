import { isFormatError, toHex, UsageError } from "@cardwire/core";
import type { Pn53xCommand } from "../command/command.ts";
import { type FirmwareVersion, GetFirmwareVersion } from "../command/general.ts";
import { FRAME_IDENTIFIER } from "../frame/frame.ts";
import { isPn53xError, Pn53xError } from "../pn53x-error.ts";
import type { Pn53xExchangeOptions, Pn53xPipe } from "../pipe/pipe.ts";

/** A chip that has answered. */
export interface Pn53x {
  /** Chip, firmware and the way to it: "PN532 1.6 (ACR122U207)". */
  readonly name: string;
  readonly firmware: FirmwareVersion;
  readonly pipe: Pn53xPipe;
  /**
   * Runs a command.
   *
   * @throws FormatError or UsageError for a request that cannot be sent; Pn53xError for what the chip or the pipe makes
   * of it, PROTOCOL when the answer is none to this command. A status in the answer is no error here.
   */
  run<Request, Answer>(
    command: Pn53xCommand<Request, Answer>,
    request: Request,
    options?: Pn53xExchangeOptions,
  ): Promise<Answer>;
  /** Closes the pipe. Idempotent. */
  close(): Promise<void>;
}

const NAMES: Readonly<Record<number, string>> = { 0x31: "PN531", 0x32: "PN532", 0x33: "PN533" };

/**
 * Asks the chip behind a pipe who it is.
 *
 * @throws Pn53xError when nothing there answers as a PN53x does. The pipe stays open then.
 */
export async function openPn53x(pipe: Pn53xPipe, options: Pn53xExchangeOptions = {}): Promise<Pn53x> {
  const firmware = await runCommand(pipe, GetFirmwareVersion, undefined, options);
  const { ic, version, revision } = firmware;
  const chip = NAMES[ic] ?? `PN5${ic.toString(16)}`;
  return {
    name: `${chip} ${version}.${revision} (${pipe.name})`,
    firmware,
    pipe,
    run: (command, request, exchangeOptions) => runCommand(pipe, command, request, exchangeOptions),
    close: () => pipe.close(),
  };
}

async function runCommand<Request, Answer>(
  pipe: Pn53xPipe,
  command: Pn53xCommand<Request, Answer>,
  request: Request,
  options?: Pn53xExchangeOptions,
): Promise<Answer> {
  const { name, code } = command;
  const parameters = command.encodeRequest(request);
  const bytes = new Uint8Array(parameters.length + 2);
  bytes[0] = FRAME_IDENTIFIER.COMMAND;
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
  if (answer[0] !== FRAME_IDENTIFIER.ANSWER || answer[1] !== code + 1)
    throw new Pn53xError("PROTOCOL", `answered ${toHex(answer.subarray(0, 2), " ") || "nothing"}`, { command: name });
  try {
    return command.decodeAnswer(answer.subarray(2), request);
  } catch (error) {
    if (!isFormatError(error)) throw error;
    throw new Pn53xError("PROTOCOL", `the answer cannot be read: ${error.message}`, { command: name, cause: error });
  }
}
