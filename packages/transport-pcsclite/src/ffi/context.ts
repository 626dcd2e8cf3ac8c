import { createScardContext, type ScardContext, type ScardContextOptions } from "@cardwire/scard";
import { defaultLibrary, loadLibrary } from "./library.ts";

/** Which library to call, and how. */
export interface PcscliteFfiOptions extends Pick<ScardContextOptions, "keepTransactionsAlive"> {
  /** The library's name or path, as the system's loader takes it; libpcsclite.so.1, or PCSC.framework, unless given. */
  readonly library?: string;
}

/** The readers that pcsc-lite's library knows. */
export type PcscliteFfiContext = ScardContext;

/**
 * A context over pcsc-lite's own client library: for macOS, where there is no socket to talk to, and for whoever wants
 * exactly what that library does. It loads nothing before it is asked for something; the package koffi must be installed
 * then.
 */
export function createPcscliteFfiContext(options: PcscliteFfiOptions = {}): PcscliteFfiContext {
  const { library = defaultLibrary(), ...others } = options;
  return createScardContext(() => loadLibrary(library), others);
}
