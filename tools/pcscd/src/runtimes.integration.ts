import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadTag } from "@cardwire/virtual";
import { ntag216WithUri } from "@cardwire/virtual/samples";
import { publishReader, type VpcdHandle } from "@cardwire/vpcd";
import { createVirtualReader, type VirtualReader } from "cardwire";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Pcscd } from "./pcscd.ts";
import { run } from "./programs.ts";
import { runtime } from "./runtime.ts";
import { type SessionReport } from "./runtimes/session.ts";

let folder: string;
let pcscd: Pcscd;
let reader: VirtualReader;
let published: VpcdHandle;
let expected: SessionReport;

const bundle = (name: string): string => join(folder, `${name}.mjs`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cardwire-runtimes-"));
  for (const [name, source] of [
    ["main", "main"],
    ["workers", "workers"],
    ["copies", "copies"],
    ["copy-a", "copy"],
    ["copy-b", "copy"],
  ] as const)
    await build({
      entryPoints: [fileURLToPath(new URL(`runtimes/${source}.ts`, import.meta.url))],
      outfile: bundle(name),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      conditions: ["@cardwire/source"],
    });
  pcscd = await Pcscd.start({ vpcds: 1 });
  const tag = loadTag(ntag216WithUri());
  reader = createVirtualReader({ tags: [tag] });
  const [readerName = ""] = await reader.context.listReaders();
  const slot = pcscd.slot();
  published = publishReader({ context: reader.context, readerName, port: slot.port });
  expected = {
    readers: pcscd.slots.map((each) => each.readerName),
    answerToReset: "3B8F8001804F0CA00000030603003D0000000056",
    uids: ["04D149D29C39809000"],
    state: "t1",
    aborted: "Error: waited long enough",
    missing: true,
  };
});
afterAll(async () => {
  await published.close();
  await reader.close();
  await pcscd.dispose();
  rmSync(folder, { recursive: true });
});

const sawIn = async (program: string, ...args: string[]): Promise<unknown> =>
  JSON.parse(await run(program, args, { env: { ...process.env, NO_COLOR: "1" } }));

test("a session in Node, which ends by itself", async () => {
  expect(await sawIn(process.execPath, bundle("main"), pcscd.socketPath)).toEqual(expected);
});

test("the same in Bun", async () => {
  expect(await sawIn(runtime("bun"), bundle("main"), pcscd.socketPath)).toEqual(expected);
});

test("the same in Deno", async () => {
  expect(await sawIn(runtime("deno"), "run", "--quiet", "--allow-all", bundle("main"), pcscd.socketPath)).toEqual(
    expected,
  );
});

test("in four worker threads and the main thread at once", async () => {
  const reports = await sawIn(process.execPath, bundle("workers"), pcscd.socketPath);
  expect(reports).toEqual(Array.from({ length: 5 }, () => expected));
});

test("in two copies at once, each of which knows the other's errors", async () => {
  const seen = await sawIn(process.execPath, bundle("copies"), pcscd.socketPath, bundle("copy-a"), bundle("copy-b"));
  expect(seen).toEqual({ reports: [expected, expected], known: [true, true], same: false });
});
