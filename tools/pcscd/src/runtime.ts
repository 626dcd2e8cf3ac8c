import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Where install-runtimes.sh has put one: "bun" or "deno". */
export function runtime(name: string): string {
  const script = fileURLToPath(new URL("../../config/install-runtimes.sh", import.meta.url));
  const path = new RegExp(`^${name} .* (/\\S+)$`, "m").exec(execFileSync(script, { encoding: "utf8" }))?.[1];
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}
