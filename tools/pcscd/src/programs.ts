import { execFile } from "node:child_process";

/** What a program printed on both its outputs. Rejects when it fails, or takes longer than half a minute. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly input?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env: options.env, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(`${program} ${args.join(" ")}: ${error.message}\n${stdout}${stderr}`));
    });
    child.stdin?.end(options.input ?? "");
  });
}

/** pcsc-tools: what is in which reader, without looking the answer to reset up. */
export function pcscScan(env: NodeJS.ProcessEnv): Promise<string> {
  return run("pcsc_scan", ["-n", "-t", "1"], { env });
}

/** pcsc-tools: sends commands to a card, and gives its responses as digits. */
export async function scriptor(
  env: NodeJS.ProcessEnv,
  readerName: string,
  commands: readonly string[],
): Promise<string[]> {
  const printed = await run("scriptor", ["-r", readerName], { env, input: `${commands.join("\n")}\n` });
  return Array.from(printed.matchAll(/^< ([0-9A-F \n]+?) :/gm), ([, digits = ""]) =>
    digits.replaceAll(/\s+/g, " ").trim(),
  );
}

/** OpenSC: sends commands to a card, and gives its responses as digits. */
export async function openscTool(
  env: NodeJS.ProcessEnv,
  readerName: string,
  commands: readonly string[],
): Promise<string[]> {
  const args = ["--reader", readerName].concat(...commands.map((command) => ["--send-apdu", command]));
  const printed = await run("opensc-tool", args, { env });
  return printed
    .split(/^Sending: .*$/m)
    .slice(1)
    .map((answer) => {
      const status = /SW1=0x([0-9A-F]{2}), SW2=0x([0-9A-F]{2})/.exec(answer);
      // each line has its characters behind the digits
      const data = Array.from(answer.matchAll(/^(?:[0-9A-F]{2} )+/gm), ([line]) => line).join("");
      return `${data}${status?.[1] ?? ""} ${status?.[2] ?? ""}`;
    });
}
