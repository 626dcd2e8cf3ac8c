import type { ConformanceProfile } from "@cardwire/core";
import { formatDump } from "@cardwire/virtual";
import { publishReader } from "@cardwire/vpcd";
import { createVirtualReader } from "cardwire";
import { CliError } from "../cli-error.ts";
import { formatForFile } from "../dump/formats.ts";
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
  const { host, port, profile, wait = false } = options;
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
    if (options.save !== undefined)
      await writeOutput(options.save, formatDump(tag.toDump(), formatForFile(options.save)), io, { force: true });
  }
  if (absent.signal.aborted && !io.signal.aborted)
    throw new CliError(absentMessage(host, port), EXIT.service, { cause: reason });
  return EXIT.ok;
}

function absentMessage(host: string, port: number): string {
  return (
    `Nobody listens at ${host} port ${port}: pcscd is not running, has no vpcd driver, or has a card there already ` +
    `(its next slot is --port ${port + 1}). On Debian and Ubuntu "apt install vsmartcard-vpcd" installs the driver, ` +
    `"systemctl restart pcscd" has pcscd load it; elsewhere build vsmartcard's virtualsmartcard. --wait waits for it.`
  );
}
