import type { Finding } from "./check.ts";
import { installLine } from "./linux-packages.ts";
import type { Machine } from "./machine.ts";

/** Where pcscd's driver listens for the first card; each further card has a port of its own behind it. */
export const VPCD_PORT = 35_963;
/** What the packages of Debian and Fedora bring, and a build of one's own. */
const TRACES = [
  "/etc/reader.conf.d/vpcd",
  "/usr/lib/pcsc/drivers/serial/libifdvpcd.so",
  "/usr/lib64/pcsc/drivers/serial/libifdvpcd.so",
  "/usr/local/lib/pcsc/drivers/serial/libifdvpcd.so",
];

/** Why nobody listens for cards of `cardwire emulate`. */
export interface VpcdAbsence {
  /** In one sentence, with its full stop. */
  readonly message: string;
  /** Command lines that help. */
  readonly fix: readonly string[];
}

/** Finds out why vpcd does not listen on a port. @param daemon what is known of pcscd. */
export async function explainVpcd(machine: Machine, port: number, daemon: Finding): Promise<VpcdAbsence> {
  if (!(await isInstalled(machine)))
    return {
      message: "vpcd, pcscd's driver for virtual cards, is not installed.",
      fix: [await installLine(machine, "vpcd"), "sudo systemctl restart pcscd"],
    };
  if (daemon.status !== "ok")
    return { message: "vpcd is installed, and pcscd, whose driver it is, cannot be reached.", fix: daemon.fix ?? [] };
  const restart = (await machine.exists("/run/systemd/system")) ? "systemctl restart pcscd" : "pkill pcscd; pcscd";
  return {
    message:
      `vpcd is installed, and has a card at port ${port} already (the next one's is ${port + 1}), or pcscd runs since ` +
      `before vpcd was installed ("${restart}" has it look again).`,
    fix: [],
  };
}

async function isInstalled(machine: Machine): Promise<boolean> {
  for (const path of TRACES) if (await machine.exists(path)) return true;
  return false;
}
