import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createWindowsContext } from "@cardwire/transport-windows";
import { endure } from "./endurance.ts";
import type { PcscdMachine } from "./pcscd-machine.ts";
import type { Report } from "./report.ts";

const SUITE = "winscard";

/** What winscard.dll's transport does beside the suites. */
export async function runWinscardCases(report: Report, machine: PcscdMachine): Promise<void> {
  await report.run(SUITE, "process.exit() waits for no card", async () => {
    await machine.order("settle");
    const script = fileURLToPath(new URL("exit-while-waiting.mjs", import.meta.url));
    const child = spawn(process.execPath, [script, "winscard"], { stdio: "ignore", timeout: 10_000 });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 7) throw new Error(`the exit code is ${code}`);
  });

  await report.run(
    SUITE,
    "the report for real machines comes to its end, and finds nothing wrong",
    async () => {
      await machine.order("settle");
      await machine.order("insert");
      const script = fileURLToPath(new URL("report.mjs", import.meta.url));
      const child = spawn(process.execPath, [script, "--unattended"], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      const [code] = (await once(child, "close")) as [number | null];
      if (code !== 0 || !/^\d{2} passed, 0 failed/m.test(text)) throw new Error(`the exit code is ${code}:\n${text}`);
    },
    60_000,
  );
}

/** 10,000 transmits through winscard.dll. */
export async function runWinscardEndurance(report: Report, machine: PcscdMachine): Promise<void> {
  await report.run(
    SUITE,
    "10,000 transmits with a hundred taps and pulls lose nothing and leave no handle",
    async () => {
      const readerName = await machine.order("settle");
      const context = createWindowsContext();
      await endure(context, readerName, {
        insert: () => machine.order("insert"),
        remove: () => machine.order("remove"),
      });
      await context.close();
    },
    180_000,
  );
}
