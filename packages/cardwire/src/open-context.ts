import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import type { PcscliteOptions } from "@cardwire/transport-pcsclite";
import { NoTransportError } from "./no-transport-error.ts";
import type { VirtualReaderOptions } from "./virtual-reader.ts";

/** The ways to readers. */
export type TransportName = "pcsclite" | "virtual";

/** How to reach the readers. */
export interface OpenContextOptions {
  /** "auto" unless given: what this machine has. The virtual reader is never chosen by itself. */
  readonly transport?: "auto" | TransportName;
  /** For the transport "pcsclite": where pcscd is. */
  readonly pcsclite?: PcscliteOptions;
  /** For the transport "virtual": what lies on the reader, and how it behaves. */
  readonly virtual?: VirtualReaderOptions;
}

/**
 * Opens the smart-card system of this machine, and asks it once for its readers. A transport's package is loaded on its
 * first use.
 *
 * @throws NoTransportError when there is no smart-card system, with what to do about it.
 */
export async function openContext(options: OpenContextOptions = {}): Promise<SmartCardContext> {
  const { transport = "auto" } = options;
  switch (transport === "auto" ? transportOfHost() : transport) {
    case "pcsclite":
      return openPcsclite(options.pcsclite);
    case "virtual":
      return openVirtual(options.virtual);
  }
}

function transportOfHost(): TransportName {
  // in a browser there is no process
  const platform = typeof process === "undefined" ? "browser" : process.platform;
  switch (platform) {
    case "linux":
    case "freebsd":
    case "openbsd":
      return "pcsclite";
    default:
      throw new NoTransportError(
        "UNSUPPORTED_PLATFORM",
        `There is no way to this platform's readers yet (${platform}); the transport "virtual" works everywhere.`,
      );
  }
}

async function openPcsclite(options: PcscliteOptions = {}): Promise<SmartCardContext> {
  const { createPcscliteContext } = await import("@cardwire/transport-pcsclite");
  const context = createPcscliteContext(options);
  try {
    await context.listReaders();
  } catch (error) {
    await context.close();
    if (!isSmartCardError(error, "no-service")) throw error;
    const advice = 'If pcscd is not installed, "apt install pcscd" (Debian, Ubuntu) or your system\'s package does it.';
    throw new NoTransportError("NO_SERVICE", `${error.message}. ${advice}`, { cause: error });
  }
  return context;
}

async function openVirtual(options: VirtualReaderOptions = {}): Promise<SmartCardContext> {
  const { createVirtualReader } = await import("./virtual-reader.ts");
  const reader = createVirtualReader(options);
  const { context } = reader;
  const close = (): Promise<void> => reader.close();
  // the reader is nobody else's: it ends with its context
  return {
    listReaders: () => context.listReaders(),
    getStatusChange: (states, statusOptions) => context.getStatusChange(states, statusOptions),
    connect: (reader, accessMode, connectOptions) => context.connect(reader, accessMode, connectOptions),
    watch: (watchOptions) => context.watch(watchOptions),
    close,
    [Symbol.asyncDispose]: close,
  };
}
