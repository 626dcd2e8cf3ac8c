/**
 * In the guest: the contract of every transport, on a reader behind a version of the package `usb`.
 *
 *   contract-main VERSION emulated|qemu
 */
import { type ContractOptions, registerContract } from "@cardwire/core/testing";
import { EMULATED_MISSING, emulatedHarness } from "./emulated-harness.ts";
import { loadUsb } from "./load-usb.ts";
import { QEMU_MISSING, qemuHarness } from "./qemu-harness.ts";
import { runCases } from "./run-cases.ts";

const [version = "3", kind = "emulated"] = process.argv.slice(2);
const usb = await loadUsb(version);
const { create, close, options } =
  kind === "qemu"
    ? { create: qemuHarness(usb), close: () => undefined, options: { missing: QEMU_MISSING } }
    : { ...emulatedHarness(usb), options: { missing: EMULATED_MISSING } };

const cases: { name: string; run: () => Promise<void> }[] = [];
registerContract((name, run) => cases.push({ name, run }), create, {
  // the guest's processor is an emulated one, and may have little of the machine's
  limitMs: 60_000,
  ...(options satisfies ContractOptions),
});
const failed = await runCases(`contract, usb ${version}, ${kind} reader`, cases);
close();
process.exit(failed === 0 ? 0 : 1);
