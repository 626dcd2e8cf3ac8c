import { runCommand } from "../chip/run-command.ts";
import type { Pn53xExchangeOptions, Pn53xPipe } from "../pipe/pipe.ts";
import type { Port100Command } from "./command.ts";
import { Port100Commands, type Port100Version } from "./commands.ts";
import { PORT100_FRAME_IDENTIFIER } from "./frame.ts";
import { requireSuccess } from "./status.ts";

/** A Port-100 that has answered. */
export interface Port100 {
  /** Chip, firmware and the way to it: "NFC Port-100 1.11 (RC-S380)". */
  readonly name: string;
  readonly firmware: Port100Version;
  readonly pipe: Pn53xPipe;
  /**
   * Runs a command.
   *
   * @throws FormatError or UsageError for a request that cannot be sent; Pn53xError for what the chip or the pipe makes
   * of it, PROTOCOL when the answer is none to this command. A status in the answer is no error here.
   */
  run<Request, Answer>(
    command: Port100Command<Request, Answer>,
    request: Request,
    options?: Pn53xExchangeOptions,
  ): Promise<Answer>;
  /** Closes the pipe. Idempotent. */
  close(): Promise<void>;
}

/** The set of commands that is spoken here. */
const COMMAND_TYPE = 1;

/**
 * Asks the chip behind a pipe who it is, sets it to the commands that are spoken here, and switches its field off.
 *
 * @throws Pn53xError when nothing there answers as a Port-100 does. The pipe stays open then.
 */
export async function openPort100(pipe: Pn53xPipe, options: Pn53xExchangeOptions = {}): Promise<Port100> {
  const run: Port100["run"] = (command, request, exchangeOptions) =>
    runCommand(pipe, PORT100_FRAME_IDENTIFIER, command, request, exchangeOptions);
  const { SetCommandType, GetFirmwareVersion, GetPDDataVersion, SwitchRF } = Port100Commands;
  const { status: typeStatus } = await run(SetCommandType, { type: COMMAND_TYPE }, options);
  requireSuccess(SetCommandType.name, typeStatus);
  const firmware = await run(GetFirmwareVersion, undefined, options);
  // nothing is made of it, but every program asks for it before it goes on
  await run(GetPDDataVersion, undefined, options);
  const { status } = await run(SwitchRF, { on: false }, options);
  requireSuccess(SwitchRF.name, status);
  const { major, minor } = firmware;
  const version = `${major.toString(16)}.${minor.toString(16).padStart(2, "0")}`;
  return { name: `NFC Port-100 ${version} (${pipe.name})`, firmware, pipe, run, close: () => pipe.close() };
}
