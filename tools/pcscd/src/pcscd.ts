import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, type DaemonBinary, systemDaemon } from "./daemons.ts";
import { SocketReader } from "./socket-reader.ts";

/** Which pcscd to start. */
export interface PcscdOptions {
  /** The distribution's own unless given. */
  readonly daemon?: DaemonBinary;
  /** How many vpcd readers it is configured with; each has two slots. None unless given. */
  readonly vpcds?: number;
  /** Keeps pcscd's debug messages in a file of this name. */
  readonly logFile?: string;
}

/** A reader that a test plays itself. */
export interface TestReader {
  /** The name under which pcscd shows it. */
  readonly readerName: string;
  readonly reader: SocketReader;
}

/** A slot of a vpcd reader. */
export interface VpcdSlot {
  /** The name under which pcscd shows it. */
  readonly readerName: string;
  /** Where vpcd waits for its card. */
  readonly port: number;
}

/** Worker processes share the network: each takes ports of its own. */
const FIRST_PORT = 20_000 + (process.pid % 1000) * 40;
let nextPort = FIRST_PORT;

const VPCD_DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/**
 * A pcscd of its own: in a mount namespace where /run/pcscd is a temporary folder, with vpcd readers on ports of their
 * own. Several run at once, and none meets the machine's.
 */
export class Pcscd {
  readonly daemon: DaemonBinary;
  /** The slots of the vpcd readers. */
  readonly slots: VpcdSlot[] = [];
  readonly #readers: SocketReader[] = [];
  readonly #plugged: { readonly serial: string; readonly path: string; readonly reader: SocketReader }[] = [];
  #plugs = 0;
  readonly #folder: string;
  readonly #logFile: string | undefined;
  #process: ChildProcess | undefined;

  constructor(options: PcscdOptions = {}) {
    this.daemon = options.daemon ?? systemDaemon();
    this.#logFile = options.logFile;
    this.#folder = mkdtempSync(join(tmpdir(), "cardwire-pcscd-"));
    mkdirSync(join(this.#folder, "run"));
    mkdirSync(join(this.#folder, "conf"));
    execFileSync("mkfifo", [join(this.#folder, "hotplug")]);
    for (let reader = 0; reader < (options.vpcds ?? 0); reader++) this.#addVpcd(reader);
  }

  static async start(options: PcscdOptions = {}): Promise<Pcscd> {
    const pcscd = new Pcscd(options);
    await pcscd.start();
    return pcscd;
  }

  /** For clients: PCSCLITE_CSOCK_NAME. */
  get socketPath(): string {
    return join(this.#folder, "run", "pcscd.comm");
  }

  /** The environment for programs that use this pcscd. */
  get env(): NodeJS.ProcessEnv {
    const { libraryFolder } = this.daemon;
    return {
      ...process.env,
      PCSCLITE_CSOCK_NAME: this.socketPath,
      ...(libraryFolder === undefined ? {} : { LD_LIBRARY_PATH: libraryFolder }),
    };
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("pcscd does not run");
    return pid;
  }

  /** The first slot of a reader. */
  slot(index = 0): VpcdSlot {
    const slot = this.slots[index];
    if (slot === undefined) throw new Error(`there is no slot ${index}`);
    return slot;
  }

  /** Configures one more reader, with one slot, that does all that a test wants. Before the start only. */
  addReader(): TestReader {
    const name = `Test Reader ${String.fromCharCode(0x41 + this.#readers.length)}`;
    const { path, reader } = this.#createReader(name);
    this.#configure(name, path, "/usr/lib/pcsc/drivers/cardwire.bundle/Contents/Linux/ifd-socket.so", 1);
    return { readerName: `${name} 00 00`, reader };
  }

  /** Plugs a USB reader in. */
  plug(): TestReader {
    const serial = String(++this.#plugs);
    const { path, reader } = this.#createReader(`usb-${serial}`);
    this.#plugged.push({ serial, path, reader });
    this.#hotplug(`add ${serial} ${path}`);
    // pcscd numbers its readers, each with the first number that is free
    const number = this.slots.length / 2 + this.#readers.length - 1;
    return { readerName: `USB Reader (${serial}) 0${number.toString(16).toUpperCase()} 00`, reader };
  }

  /** Pulls the USB reader out that was plugged in last. */
  async unplug(): Promise<void> {
    const last = this.#plugged.pop();
    if (last === undefined) throw new Error("no USB reader is plugged in");
    this.#hotplug(`remove ${last.serial} ${last.path}`);
    this.#readers.splice(this.#readers.indexOf(last.reader), 1);
    await last.reader.close();
  }

  get pluggedReaders(): number {
    return this.#plugged.length;
  }

  #createReader(name: string): { readonly path: string; readonly reader: SocketReader } {
    const path = join(this.#folder, `${name.replaceAll(" ", "-")}.socket`);
    const reader = new SocketReader(path);
    this.#readers.push(reader);
    return { path, reader };
  }

  #hotplug(line: string): void {
    if (this.#process !== undefined) appendFileSync(join(this.#folder, "hotplug"), `${line}\n`);
  }

  #addVpcd(number: number): void {
    const port = nextPort;
    nextPort += 2;
    const name = `Virtual PCD ${String.fromCharCode(0x41 + number)}`;
    // the driver keeps its slots in static memory: each reader needs a copy of it
    const driver = join(this.#folder, `vpcd-${number}.so`);
    copyFileSync(VPCD_DRIVER, driver);
    this.#configure(name, `/dev/null:${port}`, driver, port);
    for (const slot of [0, 1]) this.slots.push({ readerName: `${name} 00 0${slot}`, port: port + slot });
  }

  async start(): Promise<void> {
    // what a killed daemon leaves behind
    rmSync(join(this.#folder, "run", "pcscd.pid"), { force: true });
    rmSync(this.socketPath, { force: true });
    const log = this.#logFile === undefined ? [] : ["--debug", "--apdu"];
    const child = spawn(
      "unshare",
      ["--mount", "sh", "-c", `${MOUNT} && exec "$@"`, "sh", join(this.#folder, "run"), join(cacheFolder(), "drivers")]
        .concat("env", `LD_PRELOAD=${join(cacheFolder(), "fake-udev.so")}`)
        .concat(this.daemon.path, "--foreground", "--config", join(this.#folder, "conf"), log),
      {
        stdio: ["ignore", this.#logFile === undefined ? "ignore" : "pipe", "ignore"],
        env: { ...process.env, CARDWIRE_HOTPLUG: join(this.#folder, "hotplug") },
      },
    );
    this.#process = child;
    if (this.#logFile !== undefined) child.stdout?.pipe(createWriteStream(this.#logFile, { flags: "a" }));
    this.#plugged.length = 0;
    while (!(await accepts(this.socketPath))) {
      if (child.exitCode !== null) throw new Error(`pcscd ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async ensureRunning(): Promise<void> {
    if (this.#process === undefined) await this.start();
  }

  /** Ends it as systemd would. */
  async stop(): Promise<void> {
    await this.#signal("SIGTERM");
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#signal("SIGKILL");
  }

  /** Ends it, and removes every trace. */
  async dispose(): Promise<void> {
    await this.kill();
    for (const reader of this.#readers) await reader.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  #configure(name: string, device: string, driver: string, channel: number): void {
    writeFileSync(
      this.#configFile(name),
      `FRIENDLYNAME "${name}"\nDEVICENAME ${device}\nLIBPATH ${driver}\nCHANNELID ${channel}\n`,
    );
  }

  #configFile(name: string): string {
    return join(this.#folder, "conf", name.replaceAll(" ", "-"));
  }
}

/** Shows the folder $1 as /run/pcscd and $2 as that of the drivers, to this process and its children alone. */
const MOUNT =
  'mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$1" /run/pcscd' +
  ' && mount --bind "$2" /usr/lib/pcsc/drivers && shift 2';

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}
