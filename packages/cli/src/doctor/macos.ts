import { checkNode, checkPackage, checkReaders } from "./common.ts";
import type { CheckOptions, Finding } from "./check.ts";
import type { Machine } from "./machine.ts";

const PREFERENCES = "/Library/Preferences/com.apple.security.smartcard";

/** What readers need on macOS. */
export async function checkMacos(options: CheckOptions): Promise<Finding[]> {
  const { machine } = options;
  return [
    checkNode(machine),
    await checkPackage(machine, "koffi", "it calls the PC/SC framework", "problem"),
    await checkDriver(machine),
    await checkReaders(options),
  ];
}

/** Apple's own driver for USB readers carries no escape commands and has had faults with long APDUs. */
async function checkDriver(machine: Machine): Promise<Finding> {
  const id = "macos-driver";
  const value = await machine.run("defaults", ["read", PREFERENCES, "useIFDCCID"]);
  if (value?.trim() === "1") return { id, status: "ok", message: "macOS uses the free CCID driver for USB readers." };
  return {
    id,
    status: "info",
    message:
      "macOS uses Apple's driver for USB readers; with some of them the free one (from macOS 14 on) works better.",
    fix: [`sudo defaults write ${PREFERENCES} useIFDCCID -bool yes`],
  };
}
