/** One way to do a thing: ours, or a peer's. */
export interface Runner {
  readonly name: string;
  /** Does the thing once for every input, and gives something that depends on all of it, so that nothing is left out. */
  readonly run: () => number;
}

/** The same work, done by us and by others. */
export interface Race {
  readonly title: string;
  /** How many things one `run` does. */
  readonly things: number;
  readonly ours: Runner;
  readonly peers: readonly Runner[];
}

/** What came of a race: medians, in things per second. */
export interface RaceResult {
  readonly race: Race;
  readonly perSecond: ReadonlyMap<string, number>;
}

const ROUNDS = 15;
const ROUND_MS = 40;

let sink = 0;
let kept: unknown;

/** Lets a result out of the loop that made it, so that the engine must really make it. */
export function keep<Value>(value: Value): Value {
  kept = value;
  return value;
}

/** Things per second over one round. */
function round(runner: Runner, things: number): number {
  const start = performance.now();
  let runs = 0;
  let elapsedMs: number;
  do {
    sink ^= runner.run();
    runs++;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < ROUND_MS);
  return (runs * things * 1000) / elapsedMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Runs everybody in turn, round after round, so that what the machine does besides falls on all alike. */
export function run(race: Race): RaceResult {
  const runners = [race.ours, ...race.peers];
  const rates = new Map<string, number[]>(runners.map(({ name }) => [name, []]));
  for (const runner of runners) round(runner, race.things);
  for (let turn = 0; turn < ROUNDS; turn++)
    for (let place = 0; place < runners.length; place++) {
      const runner = runners[(place + turn) % runners.length];
      if (runner !== undefined) rates.get(runner.name)?.push(round(runner, race.things));
    }
  return { race, perSecond: new Map([...rates].map(([name, values]) => [name, median(values)])) };
}

function rate(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(perSecond < 1e5 ? 3 : 2)} M/s`;
}

/** Runs races, prints a line for each runner, and gives false when a peer was faster than we are. */
export function report(races: readonly Race[]): boolean {
  let ahead = true;
  const lines = [`Node ${process.versions.node}, ${ROUNDS} rounds of ${ROUND_MS} ms in turn, medians`];
  for (const race of races) {
    const { perSecond } = run(race);
    const ours = perSecond.get(race.ours.name) ?? NaN;
    lines.push("", race.title, `  ${race.ours.name.padEnd(34)} ${rate(ours).padStart(12)}`);
    for (const peer of race.peers) {
      const theirs = perSecond.get(peer.name) ?? NaN;
      if (!(ours > theirs)) ahead = false;
      lines.push(
        `  ${peer.name.padEnd(34)} ${rate(theirs).padStart(12)}   ours is ${(ours / theirs).toFixed(1)} × as fast`,
      );
    }
  }
  // read once, so that no run is dead code
  if (sink === 0.5 || kept === sink) lines.push("");
  process.stdout.write(`${lines.join("\n")}\n`);
  return ahead;
}
