import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A pcscd to run. */
export interface DaemonBinary {
  /** Where it comes from, for test names. */
  readonly name: string;
  readonly path: string;
  /** Such as "1.9.9". */
  readonly version: string;
  /** Where its own client library is; undefined for the distribution's. Others may not get on with it. */
  readonly libraryFolder: string | undefined;
}

/** Where build-daemons.sh puts what it builds. */
export function cacheFolder(): string {
  const { env } = process;
  return env["CARDWIRE_PCSCD_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cardwire", "pcscd");
}

function binary(name: string, path: string, libraryFolder?: string): DaemonBinary {
  const version = /version ([\d.]*\d)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" }))?.[1];
  if (version === undefined) throw new Error(`${path} does not tell its version`);
  return { name: `${name} ${version}`, path, version, libraryFolder };
}

/** The distribution's own pcscd. */
export function systemDaemon(): DaemonBinary {
  return binary("pcscd", "/usr/sbin/pcscd");
}

/** What build-daemons.sh has built: a newer release's pcscd, or one with another number of slots. */
export function builtDaemon(name: string): DaemonBinary {
  const path = join(cacheFolder(), name, "pcscd");
  if (!existsSync(path)) throw new Error(`${path} is missing: run build-daemons.sh`);
  return binary(name, path, join(cacheFolder(), name));
}

/** Every pcscd that the tests run against, oldest protocol first. */
export function allDaemons(): readonly DaemonBinary[] {
  return [systemDaemon(), builtDaemon("trixie"), builtDaemon("trixie-48-slots"), builtDaemon("forky")];
}
