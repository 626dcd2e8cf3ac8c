import { checkNode, checkPackage, checkReaders } from "./common.ts";
import type { CheckOptions, Finding } from "./check.ts";
import type { Machine } from "./machine.ts";

/** What readers need on Windows. */
export async function checkWindows(options: CheckOptions): Promise<Finding[]> {
  const { machine } = options;
  const findings: (Finding | undefined)[] = [
    checkNode(machine),
    await checkPackage(machine, "koffi", "it calls winscard.dll", "problem"),
    await checkService(machine),
    checkRemoteDesktop(machine),
    await checkReaders(options),
  ];
  return findings.filter((finding) => finding !== undefined);
}

async function checkService(machine: Machine): Promise<Finding> {
  const id = "windows-service";
  const state = /STATE\s*:\s*(\d)/.exec((await machine.run("sc.exe", ["query", "SCardSvr"])) ?? "")?.[1];
  switch (state) {
    case "4":
      return { id, status: "ok", message: "The Smart Card service is running." };
    case undefined:
      return { id, status: "problem", message: "There is no Smart Card service (SCardSvr) on this machine." };
    default:
      return {
        id,
        status: "warning",
        message:
          "The Smart Card service is not running: Windows starts it with the first reader, unless it is disabled.",
        fix: ["sc.exe config SCardSvr start=demand", "sc.exe start SCardSvr"],
      };
  }
}

function checkRemoteDesktop(machine: Machine): Finding | undefined {
  if (machine.env["SESSIONNAME"]?.startsWith("RDP-") !== true) return undefined;
  return {
    id: "remote-desktop",
    status: "warning",
    message:
      "This is a Remote Desktop session: it sees the readers of the machine it is looked at from, and not its own.",
  };
}
