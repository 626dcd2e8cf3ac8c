/** Transmits through one pcscd, by every client in turn. Started by pcsc/run.sh. */
import { execFile, spawn } from "node:child_process";
import { Pcscd } from "@cardwire-tools/pcscd";
import { CLIENTS } from "./pcsc/clients.ts";

interface Speed {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly cpuUs: number;
}
interface Waiting {
  readonly readFileMs: number;
  readonly loopDelayMs: number;
}

const C = "C on libpcsclite";
const OURS = "@cardwire/transport-pcsclite";
const PEERS = Object.keys(CLIENTS).filter((name) => !name.startsWith(OURS));
const ROUNDS = Number(process.env["ROUNDS"] ?? 7);
const FIGURES = ["perSecond", "p50Us", "p99Us", "cpuUs"] as const;

const folder = process.env["CARDWIRE_PCSC_BENCH"] ?? "";

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function run<Result>(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Result> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Result);
      else reject(new Error(/^\w*Error: .*$/m.exec(stderr)?.[0] ?? error.message));
    });
  });
}

/** Every client in turn, round after round; a client that cannot do it has no figures, and says why. */
async function rounds<Result>(
  clients: readonly string[],
  measure: (client: string) => Promise<Result>,
): Promise<ReadonlyMap<string, Result[] | Error>> {
  const results = new Map<string, Result[] | Error>(clients.map((client) => [client, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (let place = 0; place < clients.length; place++) {
      const client = clients[(place + round) % clients.length] ?? "";
      const so = results.get(client);
      if (so === undefined || so instanceof Error) continue;
      try {
        so.push(await measure(client));
      } catch (error) {
        results.set(client, error instanceof Error ? error : new Error(String(error)));
      }
    }
  return results;
}

/** The median over the rounds of what somebody needs of what another needs, in the same round. */
function ratio(of: readonly Speed[], to: readonly Speed[], figure: (typeof FIGURES)[number]): number {
  return median(of.map((speed, round) => speed[figure] / (to[round]?.[figure] ?? NaN)));
}

const failures: string[] = [];
function target(fine: boolean, text: string): string {
  if (!fine) failures.push(text);
  return `${fine ? "met   " : "MISSED"} ${text}`;
}

const pcscd = await Pcscd.start({ vpcds: 4 });
const cards = spawn(
  `${folder}/card`,
  pcscd.slots.map(({ port }) => String(port)),
  { stdio: "inherit" },
);
const env = { ...pcscd.env, NODE_OPTIONS: "" };
const lines: string[] = [];
try {
  // vpcd looks for its cards two or three times a second
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const names = pcscd.slots.map(({ readerName }) => readerName);
  const measure = (client: string, count: number | "burst" | "wait", readers: number): Promise<Speed & Waiting> =>
    client === C
      ? run(`${folder}/libpcsclite`, [String(count), ...names.slice(0, readers)], env)
      : run(process.execPath, [`${folder}/measure.mjs`, client, String(count), ...names.slice(0, readers)], env);

  lines.push(
    `Node ${process.versions.node}, pcscd ${pcscd.daemon.version}, ${ROUNDS} rounds in turn, medians; GET DATA`,
  );
  for (const [readers, count, how] of [
    [1, 8_000, "8000 transmits"],
    [8, 3_000, "3000 transmits each"],
    [8, "burst", "commands sent sixteen at a time (one by one in C, which has no other way)"],
  ] as const) {
    const results = await rounds([C, ...Object.keys(CLIENTS)], (client) =>
      measure(client, client === C && count === "burst" ? 3_000 : count, readers),
    );
    const ours = results.get(OURS);
    const c = results.get(C);
    if (ours === undefined || ours instanceof Error || c === undefined || c instanceof Error)
      throw new Error("nothing to compare with", { cause: ours ?? c });
    lines.push("", `${readers} reader${readers === 1 ? "" : "s at once"}, ${how}`);
    lines.push(`  ${"".padEnd(30)} transmits/s   p50 µs   p99 µs   CPU µs   ours beside it: rate, p50, p99, CPU`);
    for (const [client, speeds] of results) {
      if (speeds instanceof Error) {
        lines.push(`  ${client.padEnd(30)} ${speeds.message}`);
        continue;
      }
      const [rate = "", ...others] = FIGURES.map((figure) => median(speeds.map((speed) => speed[figure])).toFixed(0));
      const ratios = FIGURES.map((figure) => ratio(ours, speeds, figure).toFixed(2)).join("  ");
      const figures = `${rate.padStart(11)} ${others.map((value) => value.padStart(8)).join(" ")}`;
      lines.push(`  ${client.padEnd(30)} ${figures}   ${client === OURS ? "" : ratios}`);
    }
    const peers = PEERS.flatMap((peer) => {
      const speeds = results.get(peer);
      return speeds === undefined || speeds instanceof Error ? [] : [[peer, speeds] as const];
    });
    for (const [peer, speeds] of peers)
      for (const figure of FIGURES) {
        const value = ratio(ours, speeds, figure);
        const ahead = figure === "perSecond" ? value > 1 : value < 1;
        lines.push(target(ahead, `${figure} beside ${peer}: ${value.toFixed(2)}`));
      }
    if (readers === 1) {
      const value = ratio(ours, c, "p50Us");
      lines.push(target(value <= 1, `p50 beside C: ${value.toFixed(3)}, wanted at most 1`));
    } else {
      const best = Math.min(...peers.map(([, speeds]) => ratio(ours, speeds, "perSecond")));
      lines.push(target(best >= 1.5, `rate beside the best peer: ${best.toFixed(2)}, wanted at least 1.5`));
    }
  }

  const imports: number[] = [];
  const program = `const t = performance.now(); await import("${folder}/index.mjs"); console.log(performance.now() - t)`;
  for (let time = 0; time < 9; time++)
    imports.push(await run<number>(process.execPath, ["--input-type=module", "--eval", program], env));
  lines.push("", target(median(imports) < 20, `cold import: ${median(imports).toFixed(1)} ms, wanted below 20`));

  lines.push(
    "",
    "8 cards that take half a second each: how long reading a file takes meanwhile, and how late timers are",
  );
  const waiting = await rounds(Object.keys(CLIENTS), (client) => measure(client, "wait", 8));
  for (const [client, results] of waiting) {
    if (results instanceof Error) {
      lines.push(`  ${client.padEnd(30)} ${results.message}`);
      continue;
    }
    const file = median(results.map(({ readFileMs }) => readFileMs));
    const delay = median(results.map(({ loopDelayMs }) => loopDelayMs));
    lines.push(`  ${client.padEnd(30)} ${file.toFixed(1).padStart(8)} ms ${delay.toFixed(1).padStart(8)} ms`);
    if (client === OURS) lines.push(target(file < 20 && delay < 20, "neither is held up by ours"));
  }
} finally {
  cards.kill("SIGKILL");
  await pcscd.dispose();
}
process.stdout.write(`${lines.join("\n")}\n`);
if (failures.length > 0) process.exitCode = 1;
