import type { Machine } from "./machine.ts";

/** What can be missing. */
export type Installable = "pcscd" | "libccid" | "vpcd";

interface PackageManager {
  readonly command: string;
  readonly names: Readonly<Record<Installable, string | undefined>>;
}

const APT: PackageManager = {
  command: "sudo apt install",
  names: { pcscd: "pcscd", libccid: "libccid", vpcd: "vsmartcard-vpcd" },
};
const DNF: PackageManager = {
  command: "sudo dnf install",
  names: { pcscd: "pcsc-lite", libccid: "pcsc-lite-ccid", vpcd: "virtualsmartcard" },
};
const PACMAN: PackageManager = {
  command: "sudo pacman -S",
  names: { pcscd: "pcsclite", libccid: "ccid", vpcd: undefined },
};
const ZYPPER: PackageManager = {
  command: "sudo zypper install",
  names: { pcscd: "pcsc-lite", libccid: "pcsc-ccid", vpcd: undefined },
};
const APK: PackageManager = {
  command: "sudo apk add",
  names: { pcscd: "pcsc-lite", libccid: "ccid", vpcd: undefined },
};

const MANAGERS: Readonly<Record<string, PackageManager>> = {
  debian: APT,
  ubuntu: APT,
  fedora: DNF,
  rhel: DNF,
  centos: DNF,
  arch: PACMAN,
  suse: ZYPPER,
  opensuse: ZYPPER,
  alpine: APK,
};

const FROM_SOURCE: Readonly<Record<Installable, string>> = {
  pcscd: "install pcsc-lite (https://pcsclite.apdu.fr)",
  libccid: "install the CCID driver (https://ccid.apdu.fr)",
  vpcd: "build virtualsmartcard (https://frankmorgner.github.io/vsmartcard)",
};

/** The command that installs something on this distribution. */
export async function installLine(machine: Machine, what: Installable): Promise<string> {
  const release = (await machine.readText("/etc/os-release")) ?? "";
  const words = Array.from(release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm), ([, value = ""]) =>
    value.split(" "),
  ).flat();
  for (const word of words) {
    const manager = MANAGERS[word.replace(/-.*$/, "")];
    const name = manager?.names[what];
    if (manager !== undefined && name !== undefined) return `${manager.command} ${name}`;
  }
  return FROM_SOURCE[what];
}
