import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { toHex } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { publishCard } from "@cardwire/vpcd";
import { type TapEvent, tapEvents, taps } from "cardwire";
import { expect, test } from "vitest";
import { ATR } from "./function-card.ts";
import { Pcscd, type TestReader } from "./pcscd.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (let waited = 0; !condition(); waited += 2) {
    if (waited > 10_000) throw new Error(`${what()} within 10 s`);
    await pause(2);
  }
}

/** What may come behind what at one reader. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  "reader-detached": ["reader-attached"],
  "reader-attached": ["tap", "reader-detached"],
  tap: ["card-removed"],
  "card-removed": ["tap", "reader-detached"],
};

/** Follows the stream, and says what is not as it must be: an event lost, doubled, or of another card. */
class Follower {
  readonly strangers: string[] = [];
  readonly uids: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #last = new Map<string, string>();
  readonly #ended: Promise<void>;
  readonly #stop = new AbortController();
  #service = true;

  constructor(socketPath: string) {
    this.#ended = this.#follow(
      tapEvents({ transport: "pcsclite", pcsclite: { socketPath }, signal: this.#stop.signal }),
    );
  }

  last(reader: string): string {
    return this.#last.get(reader) ?? "reader-detached";
  }

  get isServed(): boolean {
    return this.#service;
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #follow(events: AsyncIterable<TapEvent>): Promise<void> {
    for await (const event of events) {
      const { type } = event;
      this.counts[type] = (this.counts[type] ?? 0) + 1;
      if (!("reader" in event)) {
        if (this.#service === (type === "service-restored")) this.strangers.push(`${type} out of turn`);
        this.#service = type === "service-restored";
        continue;
      }
      const before = this.last(event.reader);
      if (FOLLOWS[before]?.includes(type) !== true) this.strangers.push(`${event.reader}: ${type} after ${before}`);
      this.#last.set(event.reader, type);
      if (event.type === "tap" && event.tap.uid !== undefined) this.uids.push(toHex(event.tap.uid));
    }
  }
}

/** A card with a number of its own for a UID. */
function numberedCard(number: number) {
  const uid = Uint8Array.of(0x04, number >> 16, (number >> 8) & 0xff, number & 0xff);
  return {
    atr: ATR,
    transmit: (command: Uint8Array): Uint8Array =>
      command[1] === 0xca ? Uint8Array.of(...uid, 0x90, 0x00) : Uint8Array.of(0x6d, 0x00),
  };
}

test("1,000 taps, ten deaths of pcscd, readers that come and go: none lost, none doubled, memory flat", async () => {
  const READERS = 4;
  const LIVES = 11;
  const TAPS = 1000;
  const pcscd = new Pcscd();
  const added = Array.from({ length: READERS }, () => pcscd.addReader());
  await pcscd.start();
  // pcscd numbers its readers in the order in which it finds them
  const context = createPcscliteContext({ socketPath: pcscd.socketPath });
  const names = await context.listReaders();
  await context.close();
  const fixed = added.map(({ readerName, reader }): TestReader => {
    const found = names.find((name) => name.startsWith(readerName.slice(0, -"00 00".length)));
    if (found === undefined) throw new Error(`${readerName} is not among ${names.join(", ")}`);
    return { readerName: found, reader };
  });
  const follower = new Follower(pcscd.socketPath);
  const expected: string[] = [];
  let number = 0;
  let heap = 0;

  const tap = async ({ readerName, reader }: TestReader, stays = false): Promise<void> => {
    await until(
      () => ["reader-attached", "card-removed"].includes(follower.last(readerName)),
      () => `${readerName} is not ready: ${follower.last(readerName)}`,
    );
    const mine = ++number;
    expected.push(toHex(Uint8Array.of(0x04, mine >> 16, (mine >> 8) & 0xff, mine & 0xff)));
    reader.insert(numberedCard(mine));
    await until(
      () => follower.last(readerName) === "tap",
      () => `no tap ${mine} at ${readerName}`,
    );
    if (stays) return;
    reader.remove();
    await until(
      () => follower.last(readerName) === "card-removed",
      () => `no removal ${mine} at ${readerName}`,
    );
  };

  for (let life = 0; life < LIVES; life++) {
    const goal = Math.round((TAPS * (life + 1)) / LIVES);
    await Promise.all(
      fixed.map(async (reader) => {
        while (number < goal - 1) await tap(reader);
      }),
    );
    // a reader is plugged in, used and pulled out
    const plugged = pcscd.plug();
    await tap(plugged);
    await pcscd.unplug();
    await until(
      () => follower.last(plugged.readerName) === "reader-detached",
      () => `${plugged.readerName} is still there`,
    );
    if (life === LIVES - 1) break;
    // the service dies with a card on one reader, which is there again when the service is
    const [survivor] = fixed;
    if (survivor === undefined) break;
    await tap(survivor, true);
    const held = expected.at(-1) ?? "";
    await pcscd.kill();
    await until(
      () => !follower.isServed,
      () => `death ${life} was not noticed`,
    );
    expect(follower.last(survivor.readerName)).toBe("reader-detached");
    await pcscd.start();
    await until(
      () => follower.last(survivor.readerName) === "tap",
      () => `the card of life ${life} is not there again`,
    );
    expected.push(held);
    survivor.reader.remove();
    if (life % 3 !== 1) continue;
    collectGarbage();
    const used = process.memoryUsage().heapUsed;
    if (heap === 0) heap = used;
    expect(used - heap).toBeLessThan(4_000_000);
  }

  expect(follower.strangers).toEqual([]);
  expect(follower.uids).toHaveLength(expected.length);
  expect([...follower.uids].sort()).toEqual([...expected].sort());
  expect(number).toBeGreaterThanOrEqual(TAPS);
  expect(follower.counts).toMatchObject({ "service-lost": LIVES - 1, "service-restored": LIVES - 1 });
  expect(follower.counts["tap"]).toBe(follower.counts["card-removed"]);
  expect(follower.counts["reader-attached"]).toBe(LIVES * (READERS + 1));
  await follower.end();
  await pcscd.dispose();
});

test("a card of vpcd comes and goes, and the iteration ends when told", async () => {
  const pcscd = await Pcscd.start({ vpcds: 1 });
  const { readerName, port } = pcscd.slot();
  const seen: string[] = [];
  const stopper = new AbortController();
  const iterating = (async () => {
    const options = { transport: "pcsclite", pcsclite: { socketPath: pcscd.socketPath } } as const;
    for await (const { reader, uid, gone } of taps({ ...options, reader: readerName, signal: stopper.signal })) {
      seen.push(`${reader} ${toHex(uid ?? new Uint8Array(0))}`);
      gone.addEventListener("abort", () => seen.push("gone"));
    }
  })();
  for (const number of [1, 2, 3]) {
    const handle = publishCard(numberedCard(number), { port });
    await until(
      () => seen.length === number * 2 - 1,
      () => `card ${number} did not come`,
    );
    await handle.close();
    await until(
      () => seen.length === number * 2,
      () => `card ${number} did not go`,
    );
  }
  expect(seen).toEqual([1, 2, 3].flatMap((number) => [`${readerName} 0400000${number}`, "gone"]));
  stopper.abort();
  await iterating;
  await pcscd.dispose();
});
