/**
 * Runs every suite that a path has.
 *
 *   run-path.mjs in-process|device FILE
 */
import type { ConformanceProfile } from "@cardwire/core";
import { inProcessConformance, remoteConformance } from "../conformance-harness.ts";
import { createIoctlHarness, inProcessReaders, remoteReaders } from "../ioctl-harness.ts";
import { limits } from "../limits.ts";
import { RemoteMachine } from "../remote-machine.ts";
import { Report } from "../report.ts";
import { runConformanceCases, runContract } from "../suites.ts";

const PROFILES: readonly ConformanceProfile[] = ["documented", "nfccx"];

async function runInProcess(report: Report): Promise<void> {
  await runContract(report, () => Promise.resolve(createIoctlHarness(inProcessReaders("contract", "documented"))));
  for (const profile of PROFILES) await runConformanceCases(report, inProcessConformance(profile));
}

async function runDevice(report: Report): Promise<void> {
  const remote = await RemoteMachine.start();
  await runContract(report, async () => createIoctlHarness(await remoteReaders(remote, "documented")));
  for (const profile of PROFILES) await runConformanceCases(report, await remoteConformance(remote, profile));
  await remote.close();
}

const [, , path, file] = process.argv;
if (file === undefined || (path !== "in-process" && path !== "device"))
  throw new Error("usage: run-path.mjs in-process|device FILE");
const report = new Report(limits[path]);
await (path === "device" ? runDevice(report) : runInProcess(report));
report.write(file);
