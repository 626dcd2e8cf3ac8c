/**
 * Measures one client: measure.mjs CLIENT COUNT READER… prints what so many transmits with each reader took, each sent
 * when the last was answered; COUNT "burst" prints it for commands that are sent sixteen at a time, in a transaction
 * where the client has them; COUNT "wait" what eight slow ones do to the rest of the program.
 */
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { CLIENTS, type ConnectedCard } from "./clients.ts";

const WARM_UP = 992;
const BURST = 16;
const BURST_COUNT = 3008;
const SLOW_MS = 500;
const GET_UID = Buffer.from([0xff, 0xca, 0x00, 0x00, 0x00]);
const SLOW = Buffer.from([0xff, 0xdd, 0x00, 0x00, 0x02, SLOW_MS >> 8, SLOW_MS & 0xff]);

async function transmits(card: ConnectedCard, latencies: Float64Array): Promise<void> {
  for (let index = 0; index < latencies.length; index++) {
    const started = performance.now();
    const response = await card.transmit(GET_UID);
    latencies[index] = (performance.now() - started) * 1000;
    if (response.length !== 6) throw new Error("another response");
  }
}

async function bursts(card: ConnectedCard, latencies: Float64Array): Promise<void> {
  const all = async (): Promise<undefined> => {
    for (let index = 0; index < latencies.length; index += BURST) {
      const started = performance.now();
      const answers = await Promise.all(Array.from({ length: BURST }, () => card.transmit(GET_UID)));
      latencies.fill((performance.now() - started) * 1000, index, index + BURST);
      if (answers.some(({ length }) => length !== 6)) throw new Error("another response");
    }
  };
  await (card.startTransaction === undefined ? all() : card.startTransaction(all));
}

async function measureSpeed(
  cards: readonly ConnectedCard[],
  count: number,
  transmits: (card: ConnectedCard, latencies: Float64Array) => Promise<void>,
): Promise<object> {
  await Promise.all(cards.map((card) => transmits(card, new Float64Array(WARM_UP))));
  const all = new Float64Array(cards.length * count);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await Promise.all(cards.map((card, index) => transmits(card, all.subarray(index * count, (index + 1) * count))));
  const elapsedMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  all.sort();
  return {
    perSecond: (all.length / elapsedMs) * 1000,
    p50Us: all[all.length >> 1],
    p99Us: all[Math.floor(all.length * 0.99)],
    cpuUs: (user + system) / all.length,
  };
}

/** How late timers are, and how long a file takes to be read, while every card takes its time. */
async function measureWaiting(cards: readonly ConnectedCard[]): Promise<object> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const slow = cards.map((card) => card.transmit(SLOW));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const started = performance.now();
  await readFile("/etc/hostname");
  const readFileMs = performance.now() - started;
  await Promise.all(slow);
  delay.disable();
  return { readFileMs, loopDelayMs: delay.max / 1e6 };
}

const [client = "", count = "", ...readerNames] = process.argv.slice(2);
const connect = CLIENTS[client];
if (connect === undefined) throw new Error(`no client ${client}`);
const cards = await connect(readerNames);
const result =
  count === "wait"
    ? await measureWaiting(cards)
    : count === "burst"
      ? await measureSpeed(cards, BURST_COUNT, bursts)
      : await measureSpeed(cards, Number(count), transmits);
process.stdout.write(`${JSON.stringify(result)}\n`, () => {
  // some peers would keep the process alive for ever
  process.exit(0);
});
