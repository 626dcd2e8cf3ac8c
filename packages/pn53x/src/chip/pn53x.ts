import type { Pn53xCommand } from "../command/command.ts";
import { type FirmwareVersion, GetFirmwareVersion } from "../command/general.ts";
import { FRAME_IDENTIFIER } from "../frame/frame.ts";
import type { Pn53xExchangeOptions, Pn53xPipe } from "../pipe/pipe.ts";
import { runCommand } from "./run-command.ts";

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
  const firmware = await runCommand(pipe, FRAME_IDENTIFIER, GetFirmwareVersion, undefined, options);
  const { ic, version, revision } = firmware;
  const chip = NAMES[ic] ?? `PN5${ic.toString(16)}`;
  return {
    name: `${chip} ${version}.${revision} (${pipe.name})`,
    firmware,
    pipe,
    run: (command, request, exchangeOptions) => runCommand(pipe, FRAME_IDENTIFIER, command, request, exchangeOptions),
    close: () => pipe.close(),
  };
}
