import { type ConformanceProfile, isCardwireError } from "@cardwire/core";
import { formatDump } from "@cardwire/virtual";
import { publishReader } from "@cardwire/vpcd";
import { createVirtualReader } from "cardwire";
import { CliError } from "../cli-error.ts";
import { formatForFile } from "../dump/formats.ts";
import { linesFor } from "../doctor/check.ts";
import { checkDaemon } from "../doctor/linux.ts";
import { explainVpcd } from "../doctor/vpcd.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { writeOutput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { loadDump } from "../load-dump.ts";
import type { OutputOptions } from "../options.ts";
import { toJsonLine } from "../output/json.ts";

export interface EmulateOptions extends OutputOptions {
  readonly host: string;
  readonly port: number;
  readonly profile: ConformanceProfile;
  readonly wait?: boolean;
  readonly save?: string;
}

/** How long vpcd is tried before it counts as absent. */
const PATIENCE_MS = 2000;

/** `cardwire emulate`: a dump as a card in pcscd, until it is interrupted. */
export async function emulateCommand(file: string, options: EmulateOptions, io: CliIo): Promise<ExitCode> {
  const awake = await keepAwake(options.host, io);
  try {
    return await emulate(file, options, io);
  } finally {
    await awake?.[Symbol.asyncDispose]();
  }
}

async function emulate(file: string, options: EmulateOptions, io: CliIo): Promise<ExitCode> {
  const { host, port, profile, wait = false } = options;
  const saveFormat = options.save === undefined ? undefined : formatForFile(options.save);
  const { tag, name } = await loadDump(file, io);
  await using reader = createVirtualReader({ tags: [tag], profile });
  const [readerName = ""] = await reader.context.listReaders();
  const absent = new AbortController();
  let reason: unknown;
  let shown = false;
  const tell = (state: "connected" | "connecting" | "closed"): void => {
    if (options.json === true) io.write(`${toJsonLine({ event: state, file: name, host, port })}\n`);
    else if (state === "connected")
      io.write(`${name} is a card in pcscd now (vpcd, port ${port}); Ctrl-C takes it away.\n`);
    else if (state === "connecting") io.writeError(`pcscd is gone; waiting for it …\n`);
  };
  const stopTimer = wait ? undefined : io.clock.schedule(PATIENCE_MS, () => absent.abort());
  await using published = publishReader({
    context: reader.context,
    readerName,
    host,
    port,
    signal: AbortSignal.any([io.signal, absent.signal]),
    onStateChange: (state, error) => {
      reason = error ?? reason;
      if (state === "connected") {
        stopTimer?.();
        shown = true;
        tell("connected");
      } else if (state === "connecting" && shown) {
        shown = false;
        tell("connecting");
      }
    },
  });
  try {
    await published.closed;
  } finally {
    stopTimer?.();
    if (options.save !== undefined && saveFormat !== undefined)
      await writeOutput(options.save, formatDump(tag.toDump(), saveFormat), io, { force: true });
  }
  if (absent.signal.aborted && !io.signal.aborted)
    throw new CliError(await absentMessage(host, port, io), EXIT.service, { cause: reason });
  return EXIT.ok;
}

const LOOPBACK: readonly string[] = ["127.0.0.1", "::1", "localhost"];

/**
 * pcscd runs on demand in most distributions: it starts when the first client comes, and ends a minute after the last one,
 * with its readers. A client wakes it, and keeps it for as long as the card shall be there.
 */
async function keepAwake(host: string, io: CliIo): Promise<AsyncDisposable | undefined> {
  if (!LOOPBACK.includes(host)) return undefined;
  try {
    return await io.openContext({ transport: "pcsclite" });
  } catch (error) {
    if (isCardwireError(error)) return undefined;
    throw error;
  }
}

async function absentMessage(host: string, port: number, { machine }: CliIo): Promise<string> {
  const nobody = `Nobody takes a card at ${host} port ${port}`;
  if (!LOOPBACK.includes(host) || machine.platform !== "linux")
    return `${nobody}: there has to be a pcscd with its driver vpcd, and no card at this port yet. --wait waits for it.`;
  const { message, fix } = await explainVpcd(machine, port, await checkDaemon(machine));
  const help = fix.length === 0 ? "" : ` Try: ${linesFor(machine, fix).join(" && ")}.`;
  return `${nobody}: ${message}${help} --wait waits for it.`;
}
