import { checkNode, checkPackage, checkReaders } from "./common.ts";
import type { CheckOptions, Finding } from "./check.ts";
import { installLine } from "./linux-packages.ts";
import { type UsbReader, usbReaders } from "./linux-usb.ts";
import type { Machine } from "./machine.ts";
import { explainVpcd, VPCD_PORT } from "./vpcd.ts";

const DEFAULT_SOCKET = "/run/pcscd/pcscd.comm";
const DAEMONS = ["/usr/sbin/pcscd", "/usr/bin/pcscd", "/usr/local/sbin/pcscd"];
const CCID_DRIVERS = [
  "/usr/lib/pcsc/drivers/ifd-ccid.bundle",
  "/usr/lib64/pcsc/drivers/ifd-ccid.bundle",
  "/usr/lib/readers/usb/ifd-ccid.bundle",
  "/usr/local/lib/pcsc/drivers/ifd-ccid.bundle",
];
/** Modules of the kernel's own NFC stack. */
const NFC_MODULES = ["pn533_usb", "pn533", "nfc"];

/** What readers need on Linux. */
export async function checkLinux(options: CheckOptions): Promise<Finding[]> {
  const { machine } = options;
  const usb = await usbReaders(machine);
  const daemon = await checkDaemon(machine);
  const readers = await checkReaders(options);
  const findings: (Finding | undefined)[] = [checkNode(machine)];
  if (daemon.status === "ok") findings.push(daemon, await checkPermission(options), readers);
  // there are ways to readers without a daemon
  else if (readers.status === "ok") findings.push({ ...daemon, status: "warning" }, readers);
  else findings.push(daemon);
  findings.push(
    ...usb.map(checkUsbReader),
    await checkCcidDriver(machine, usb),
    await checkKernelDriver(machine, usb),
    await checkUsbPermission(machine, usb),
    await checkSandbox(machine),
    await checkVpcd(machine, daemon),
    await checkPackage(machine, "usb", "it reaches USB readers where there is no pcscd", "info"),
  );
  return findings.filter((finding) => finding !== undefined);
}

/** Whether pcscd is installed, runs and listens. */
export async function checkDaemon(machine: Machine): Promise<Finding> {
  const id = "pcscd";
  const path = machine.env["PCSCLITE_CSOCK_NAME"] ?? DEFAULT_SOCKET;
  const start = (await machine.exists("/run/systemd/system"))
    ? "sudo systemctl enable --now pcscd.socket"
    : "sudo pcscd";
  switch (await machine.connect({ path })) {
    case "open":
      return { id, status: "ok", message: `pcscd is running (${path}).` };
    case "denied":
      return {
        id,
        status: "problem",
        message: `pcscd is running, and this user may not open its socket ${path}.`,
        fix: ["sudo chmod 666 " + path],
      };
    case "missing": {
      for (const daemon of DAEMONS)
        if (await machine.exists(daemon))
          return {
            id,
            status: "problem",
            message: `pcscd is installed and not running: there is no socket ${path}.`,
            fix: [start],
          };
      if (await machine.exists("/.dockerenv"))
        return {
          id,
          status: "problem",
          message: "This is a container without pcscd: give it the socket of its host.",
          fix: ["docker run --volume /run/pcscd:/run/pcscd …"],
        };
      return {
        id,
        status: "problem",
        message: "pcscd, the smart-card daemon, is not installed.",
        fix: [await installLine(machine, "pcscd"), start],
      };
    }
    case "refused":
    case "silent":
      return {
        id,
        status: "problem",
        message: `Nobody listens at pcscd's socket ${path}: pcscd has ended or hangs.`,
        fix: [start.startsWith("sudo systemctl") ? "sudo systemctl restart pcscd.socket pcscd" : start],
      };
  }
}

const POLKIT_RULE = "/etc/polkit-1/rules.d/40-pcscd.rules";

/** pcscd hangs up on users whom polkit does not let in. */
async function checkPermission({ openContext, machine }: CheckOptions): Promise<Finding | undefined> {
  try {
    await using context = await openContext();
    await context.listReaders();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("permission denied")) return undefined;
    const user = machine.env["USER"] ?? "NAME";
    return {
      id: "permission",
      status: "problem",
      message: "pcscd hangs up on this user: polkit does not allow it (remote sessions and services are not let in).",
      fix: [
        `echo 'polkit.addRule(function (action, subject) { if (action.id.startsWith("org.debian.pcsc-lite.") && subject.user == "${user}") return polkit.Result.YES; });' | sudo tee ${POLKIT_RULE}`,
        "sudo systemctl restart polkit pcscd",
      ],
    };
  }
}

function checkUsbReader({ name, id }: UsbReader): Finding {
  return { id: "usb-reader", status: "ok", message: `USB reader ${name} (${id}).` };
}

async function checkCcidDriver(machine: Machine, usb: readonly UsbReader[]): Promise<Finding | undefined> {
  const id = "ccid-driver";
  for (const driver of CCID_DRIVERS)
    if (await machine.exists(driver))
      return { id, status: "ok", message: "pcscd has the driver for USB readers (libccid)." };
  return {
    id,
    status: usb.length > 0 ? "problem" : "warning",
    message: "pcscd has no driver for USB readers: libccid is not installed.",
    fix: [await installLine(machine, "libccid")],
  };
}

/** The kernel's pn533 takes readers with an NXP PN53x away from pcscd. */
async function checkKernelDriver(machine: Machine, usb: readonly UsbReader[]): Promise<Finding | undefined> {
  const id = "kernel-driver";
  const modules = ((await machine.readText("/proc/modules")) ?? "")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter((name) => NFC_MODULES.includes(name));
  if (modules.length === 0) return undefined;
  const taken = usb.find(({ drivers }) => drivers.some((driver) => NFC_MODULES.includes(driver)));
  const fix = [
    `printf '${NFC_MODULES.map((name) => `blacklist ${name}`).join("\\n")}\\n' | sudo tee /etc/modprobe.d/blacklist-nfc.conf`,
    `sudo modprobe -r ${modules.sort((a, b) => NFC_MODULES.indexOf(a) - NFC_MODULES.indexOf(b)).join(" ")}`,
    "sudo systemctl restart pcscd",
  ];
  if (taken !== undefined)
    return {
      id,
      status: "problem",
      message: `The kernel's own NFC driver holds ${taken.name}: pcscd cannot have it.`,
      fix,
    };
  return {
    id,
    status: "warning",
    message: `The kernel's own NFC drivers are loaded (${modules.join(", ")}): they take an ACR122U or PN533 away from pcscd.`,
    fix,
  };
}

async function checkUsbPermission(machine: Machine, usb: readonly UsbReader[]): Promise<Finding | undefined> {
  for (const { node, name, id } of usb) {
    if (node === undefined || (await machine.canWrite(node))) continue;
    const [vendor = "", product = ""] = id.split(":");
    return {
      id: "usb-permission",
      status: "info",
      message: `This user may not open ${name} itself, which only reading without pcscd needs.`,
      fix: [
        `echo 'SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", TAG+="uaccess"' | sudo tee /etc/udev/rules.d/60-cardwire.rules`,
        "sudo udevadm control --reload && sudo udevadm trigger",
      ],
    };
  }
  return undefined;
}

async function checkSandbox(machine: Machine): Promise<Finding | undefined> {
  const id = "sandbox";
  if (machine.env["FLATPAK_ID"] !== undefined)
    return {
      id,
      status: "warning",
      message: "This runs in a Flatpak, which reaches pcscd only where its manifest says so.",
      fix: [`flatpak override --user --socket=pcsc ${machine.env["FLATPAK_ID"]}`],
    };
  if (machine.env["SNAP_NAME"] !== undefined)
    return {
      id,
      status: "warning",
      message: "This runs in a snap, which reaches pcscd only when it is connected.",
      fix: [`sudo snap connect ${machine.env["SNAP_NAME"]}:pcscd`],
    };
  if (/microsoft/i.test((await machine.readText("/proc/version")) ?? ""))
    return {
      id,
      status: "info",
      message: "This is WSL: USB readers are Windows', and have to be handed over in a Windows terminal.",
      fix: ["usbipd list", "usbipd bind --busid BUSID", "usbipd attach --wsl --busid BUSID"],
    };
  return undefined;
}

async function checkVpcd(machine: Machine, daemon: Finding): Promise<Finding> {
  const id = "vpcd";
  if ((await machine.connect({ host: "127.0.0.1", port: VPCD_PORT })) === "open")
    return { id, status: "ok", message: `vpcd listens on port ${VPCD_PORT}: "cardwire emulate" works.` };
  const { message, fix } = await explainVpcd(machine, VPCD_PORT, daemon);
  return { id, status: "info", message: `${message} Only "cardwire emulate" needs it.`, fix };
}
