/**
 * Runs every suite that a path has.
 *
 *   run-path.mjs in-process|device|winscard|winscard-repaired FILE [--endurance]
 *
 * The paths through winscard.dll need CARDWIRE_PCSCD_PORT, where linux/pcscd-control.ts listens.
 */
import type { ConformanceProfile } from "@cardwire/core";
import { inProcessConformance, remoteConformance } from "../conformance-harness.ts";
import { runDeviceCases, runDeviceEndurance, runReaderGone } from "../device-cases.ts";
import { createIoctlHarness, inProcessReaders, remoteReaders } from "../ioctl-harness.ts";
import { isPathName, limits } from "../limits.ts";
import { pcscliteControlCode, windowsControlCode } from "../pcscd-facts.ts";
import { PcscdMachine } from "../pcscd-machine.ts";
import { RemoteMachine } from "../remote-machine.ts";
import { Report } from "../report.ts";
import { runConformanceCases, runContract } from "../suites.ts";
import { runWinscardCases, runWinscardEndurance } from "../winscard-cases.ts";
import { createWinscardHarness } from "../winscard-harness.ts";

const PROFILES: readonly ConformanceProfile[] = ["documented", "nfccx"];

async function runInProcess(report: Report): Promise<void> {
  await runContract(report, () => Promise.resolve(createIoctlHarness(inProcessReaders("contract", "documented"))));
  for (const profile of PROFILES) await runConformanceCases(report, inProcessConformance(profile));
}

async function runDevice(report: Report): Promise<void> {
  const remote = await RemoteMachine.start();
  await runContract(report, async () => createIoctlHarness(await remoteReaders(remote, "documented")));
  for (const profile of PROFILES) await runConformanceCases(report, await remoteConformance(remote, profile));
  await runDeviceCases(report, remote);
  if (endurance) await runDeviceEndurance(report, remote);
  await runReaderGone(report, remote);
}

async function runWinscard(report: Report, controlCode: (number: number) => number): Promise<void> {
  const machine = await PcscdMachine.connect(Number(process.env["CARDWIRE_PCSCD_PORT"]));
  await runContract(report, () => createWinscardHarness(machine, controlCode));
  await runWinscardCases(report, machine);
  if (endurance) await runWinscardEndurance(report, machine);
  machine.close();
}

const [, , path, file, option] = process.argv;
const endurance = option === "--endurance";
if (file === undefined || path === undefined || !isPathName(path)) throw new Error("usage: run-path.mjs PATH FILE");
const report = new Report(limits[path]);
switch (path) {
  case "in-process":
    await runInProcess(report);
    break;
  case "device":
    await runDevice(report);
    break;
  case "winscard":
    await runWinscard(report, pcscliteControlCode);
    break;
  case "winscard-repaired":
    await runWinscard(report, windowsControlCode);
}
report.write(file);
// what a failed case has left open must not keep the others waiting
process.exit();
