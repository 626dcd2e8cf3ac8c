import { type CheckOptions, type Finding, linesFor } from "../doctor/check.ts";
import { checkNode, checkReaders } from "../doctor/common.ts";
import { checkLinux } from "../doctor/linux.ts";
import { checkMacos } from "../doctor/macos.ts";
import { checkWindows } from "../doctor/windows.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { OutputOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { createStyle, type Style } from "../output/style.ts";

/** `cardwire doctor`: what is missing on this machine, and what helps. */
export async function doctorCommand(options: OutputOptions, io: CliIo): Promise<ExitCode> {
  const { machine } = io;
  const found = await findingsOf({ machine, openContext: () => io.openContext({ transport: "auto" }) });
  const findings = found.map(({ fix, ...finding }) => ({ ...finding, ...(fix && { fix: linesFor(machine, fix) }) }));
  const problems = findings.filter(({ status }) => status === "problem").length;
  if (options.json === true) io.write(`${toJson({ ok: problems === 0, platform: machine.platform, findings })}\n`);
  else {
    const style = createStyle(io.colours);
    const lines = findings.flatMap((finding) => findingLines(finding, style));
    const end =
      problems === 0
        ? style.good("Nothing stands in the way of readers here.")
        : style.bad(`${problems === 1 ? "One thing stands" : `${problems} things stand`} in the way of readers here.`);
    io.write(`${[...lines, "", end].join("\n")}\n`);
  }
  return problems === 0 ? EXIT.ok : EXIT.service;
}

async function findingsOf(options: CheckOptions): Promise<Finding[]> {
  switch (options.machine.platform) {
    case "linux":
      return checkLinux(options);
    case "win32":
      return checkWindows(options);
    case "darwin":
      return checkMacos(options);
    default:
      return [checkNode(options.machine), await checkReaders(options)];
  }
}

const MARKS: Readonly<Record<Finding["status"], string>> = {
  ok: "ok     ",
  info: "info   ",
  warning: "warning",
  problem: "problem",
};

function findingLines({ status, message, fix = [] }: Finding, style: Style): string[] {
  const paint = { ok: style.good, info: style.dim, warning: style.title, problem: style.bad }[status];
  return [`${paint(MARKS[status])}  ${message}`, ...fix.map((line) => `           ${style.address("$")} ${line}`)];
}
