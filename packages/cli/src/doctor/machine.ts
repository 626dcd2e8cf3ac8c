/** Whether somebody answers at a socket. */
export type Reachability = "open" | "missing" | "refused" | "denied" | "silent";

/** What `cardwire doctor` looks at. Nothing of it changes the machine. */
export interface Machine {
  /** As `process.platform`. */
  readonly platform: string;
  /** Such as "20.19.4". */
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  /** A text file; `undefined` when it is not there or not to be read. */
  readText(path: string): Promise<string | undefined>;
  /** The names in a folder; none when it is not there. */
  list(path: string): Promise<readonly string[]>;
  /** The last part of where a link leads; `undefined` when there is none. */
  linkName(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  canWrite(path: string): Promise<boolean>;
  /** Connects to a Unix socket or a TCP port, and hangs up. */
  connect(target: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<Reachability>;
  /** What a program prints on its standard output; `undefined` when there is no such program or it fails. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  /** Whether a package is there to be imported. */
  hasPackage(name: string): Promise<boolean>;
}
