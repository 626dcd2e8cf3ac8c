import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import type { NodeCcidContextOptions } from "@cardwire/transport-ccid/node";
import type { PcscliteOptions } from "@cardwire/transport-pcsclite";
import type { PcscliteFfiOptions } from "@cardwire/transport-pcsclite/ffi";
import type { WindowsContextOptions } from "@cardwire/transport-windows";
import { NoTransportError } from "./no-transport-error.ts";
import { openCcid } from "./open/ccid.ts";
import { openPcsclite } from "./open/pcsclite.ts";
import { openPcscliteFfi } from "./open/pcsclite-ffi.ts";
import { openWindows } from "./open/windows.ts";
import { readersSeen } from "./readers-seen.ts";
import { createVirtualReader, type VirtualReaderOptions } from "./virtual-reader.ts";

/** The ways to readers. */
export type TransportName =
  /** winscard.dll. Needs the package koffi. */
  | "windows"
  /** pcscd, by its socket. */
  | "pcsclite"
  /** pcsc-lite's own library, or macOS' PC/SC framework. Needs the package koffi. */
  | "pcsclite-ffi"
  /** CCID readers over USB, with no service between. Needs the package usb. */
  | "ccid"
  /** A reader without hardware. */
  | "virtual";

/** How to reach the readers. */
export interface OpenContextOptions {
  /** "auto" unless given: what this machine has. The virtual reader is never chosen by itself. */
  readonly transport?: "auto" | TransportName;
  /** For the transport "windows". */
  readonly windows?: WindowsContextOptions;
  /** For the transport "pcsclite": where pcscd is. */
  readonly pcsclite?: PcscliteOptions;
  /** For the transport "pcsclite-ffi": which library. */
  readonly pcscliteFfi?: PcscliteFfiOptions;
  /** For the transport "ccid". */
  readonly ccid?: NodeCcidContextOptions;
  /** For the transport "virtual": what lies on the reader, and how it behaves. */
  readonly virtual?: VirtualReaderOptions;
}

/**
 * Opens the smart-card system of this machine, and asks it once for its readers: on Windows winscard, on macOS the PC/SC
 * framework, elsewhere pcscd, and where that does not run the CCID readers on USB themselves. What has native code, koffi and
 * usb, is loaded on its first use.
 *
 * @throws NoTransportError when there is no way to readers, with what to install or start, and the readers that are
 *   plugged in.
 */
export async function openContext(options: OpenContextOptions = {}): Promise<SmartCardContext> {
  const { transport = "auto" } = options;
  switch (transport) {
    case "auto":
      return openForPlatform(options);
    case "windows":
      return openWindows(options.windows);
    case "pcsclite":
      return openPcsclite(options.pcsclite);
    case "pcsclite-ffi":
      return openPcscliteFfi(options.pcscliteFfi);
    case "ccid":
      return openCcid(options.ccid);
    case "virtual":
      return openVirtual(options.virtual);
  }
}

async function openForPlatform(options: OpenContextOptions): Promise<SmartCardContext> {
  // in a browser there is no process
  const platform = typeof process === "undefined" ? "browser" : process.platform;
  switch (platform) {
    case "win32":
      return openWindows(options.windows);
    case "darwin":
      return openPcscliteFfi(options.pcscliteFfi);
    case "linux":
    case "freebsd":
    case "openbsd":
      return openPcscdOrCcid(options);
    default:
      throw new NoTransportError(
        "UNSUPPORTED_PLATFORM",
        platform === "browser"
          ? "In a browser readers are reached by WebUSB: createCcidContext of cardwire/transport-ccid gives a context for taps({ context })"
          : `There is no way to this platform's readers yet (${platform}); the transport "virtual" works everywhere`,
      );
  }
}

async function openPcscdOrCcid(options: OpenContextOptions): Promise<SmartCardContext> {
  let service: NoTransportError;
  try {
    return await openPcsclite(options.pcsclite);
  } catch (error) {
    // whoever is not let in does not take the readers away from those who are
    if (!(error instanceof NoTransportError) || error.code !== "NO_SERVICE") throw error;
    service = error;
  }
  const usb = await openCcid(options.ccid).catch((error: unknown) => {
    if (error instanceof NoTransportError) return error;
    throw error;
  });
  if (!(usb instanceof NoTransportError)) {
    const names = await usb.listReaders().catch((error: unknown) => {
      if (isSmartCardError(error)) return [];
      throw error;
    });
    if (names.length > 0) return usb;
    await usb.close();
  }
  const seen = await readersSeen();
  const without =
    usb instanceof NoTransportError ? ". Without pcscd, CCID readers are reached over USB: npm install usb" : "";
  throw new NoTransportError("NO_SERVICE", `${service.message}${without}. ${sentenceOf(seen)}`, {
    cause: service.cause,
    ...(seen && { readersSeen: seen }),
  });
}

function sentenceOf(seen: readonly string[] | undefined): string {
  if (seen === undefined) return "Whether a reader is plugged in cannot be seen here";
  return seen.length === 0 ? "No reader is plugged in" : `Plugged in: ${seen.join(", ")}`;
}

function openVirtual(options: VirtualReaderOptions = {}): SmartCardContext {
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
