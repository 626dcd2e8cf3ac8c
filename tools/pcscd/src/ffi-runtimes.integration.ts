import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toHex } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { functionCard, T1_ATR, UID_ANSWER } from "./function-card.ts";
import { Pcscd, type TestReader } from "./pcscd.ts";
import { run } from "./programs.ts";
import { runtime } from "./runtime.ts";
import { type FfiSessionReport } from "./ffi-runtimes/session.ts";

/** koffi as the transport finds it, for programs that are elsewhere. */
const KOFFI = fileURLToPath(new URL("../../../packages/transport-pcsclite/node_modules/koffi", import.meta.url));

let folder: string;
let pcscd: Pcscd;
let readers: TestReader[];

const expected: FfiSessionReport = {
  answerToReset: toHex(T1_ATR),
  uids: [toHex(UID_ANSWER)],
  state: "t1",
  aborted: "Error: waited long enough",
};

const bundle = (name: string): string => join(folder, `${name}.mjs`);
const sawIn = async (...args: string[]): Promise<unknown> =>
  JSON.parse(await run(process.execPath, [bundle("program"), ...args], { env: pcscd.env }));
const sawInOther = async (name: string, ...args: string[]): Promise<unknown> =>
  JSON.parse(await run(runtime(name), args, { env: { ...pcscd.env, NO_COLOR: "1" } }));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cardwire-ffi-"));
  mkdirSync(join(folder, "node_modules"));
  // Deno looks for packages where one says that it has some
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { koffi: "*" } }));
  symlinkSync(realpathSync(KOFFI), join(folder, "node_modules", "koffi"));
  for (const [name, source] of [
    ["program", "program"],
    ["copy-a", "session"],
    ["copy-b", "session"],
  ] as const)
    await build({
      entryPoints: [fileURLToPath(new URL(`ffi-runtimes/${source}.ts`, import.meta.url))],
      outfile: bundle(name),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["koffi"],
      conditions: ["@cardwire/source"],
    });
  pcscd = new Pcscd();
  readers = [pcscd.addReader(), pcscd.addReader()];
  await pcscd.start();
  readers[0]?.reader.insert(functionCard(T1_ATR));
});
afterAll(async () => {
  await pcscd.dispose();
  rmSync(folder, { recursive: true });
});

test("a session through koffi, in a process that ends by itself", async () => {
  expect(await sawIn("session")).toEqual(expected);
});

test("in four worker threads and the main thread at once", async () => {
  expect(await sawIn("workers")).toEqual(Array.from({ length: 5 }, () => expected));
});

test("the same in Bun, whose pool has a thread for each processor", async () => {
  expect(await sawInOther("bun", bundle("program"), "workers")).toEqual(Array.from({ length: 5 }, () => expected));
});

test("the same in Deno", async () => {
  const options = ["run", "--quiet", "--allow-all", "--node-modules-dir=manual"];
  expect(await sawInOther("deno", ...options, bundle("program"), "workers")).toEqual(
    Array.from({ length: 5 }, () => expected),
  );
});

test("in two copies of the package at once", async () => {
  expect(await sawIn("copies", bundle("copy-a"), bundle("copy-b"))).toEqual([expected, expected]);
});

test("a process with an open context and connection and nothing to do ends", async () => {
  expect(await sawIn("idle")).toBe("nothing left to do");
});

test("a process that waits ends when it is told to", async () => {
  expect(await sawIn("exit")).toBe("told to end");
});

test("sessions leave no file and no socket open", async () => {
  expect(await sawIn("soak")).toEqual({ more: 0 });
});

test("what waits for another program's transaction blocks no other reader, and no file", async () => {
  const [, free] = readers;
  free?.reader.insert(functionCard(T1_ATR));
  const context = createPcscliteContext({ socketPath: pcscd.socketPath });
  const names: string[] = [];
  for await (const event of context.watch()) {
    if (event.type === "card-inserted") names.push(event.readerName);
    if (names.length === 2) break;
  }
  const { connection } = await context.connect(names[0] ?? "", "shared");
  let order = "";
  let child: ChildProcessWithoutNullStreams | undefined;
  await connection.startTransaction(async () => {
    child = spawn(process.execPath, [bundle("program"), "blocked", ...names], { env: pcscd.env });
    child.stdout.on("data", (text: Buffer) => (order += text.toString()));
    await once(child.stderr, "data");
  });
  if (child?.exitCode === null) await once(child, "close");
  await context.close();
  free?.reader.remove();
  expect(JSON.parse(order)).toEqual(["another reader", "a file", "connected"]);
});
