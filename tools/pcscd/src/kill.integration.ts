import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isSmartCardError, isSmartCardOtherError, type SmartCardEvent } from "@cardwire/core";
import { createPcscliteContext, type PcscliteContext } from "@cardwire/transport-pcsclite";
import { describe, expect, test } from "vitest";
import { allDaemons, systemDaemon } from "./daemons.ts";
import { functionCard, GET_UID, sizedAnswer, sizedCommand, UID_ANSWER } from "./function-card.ts";
import { Pcscd } from "./pcscd.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const openFiles = (): number => readdirSync("/proc/self/fd").length;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What may follow what: an event of another order was lost, doubled or made up. */
const FOLLOWS: Record<string, readonly string[]> = {
  start: ["reader-attached", "service-lost"],
  "reader-attached": ["card-inserted"],
  "card-inserted": ["card-removed"],
  "card-removed": ["reader-detached"],
  "reader-detached": ["service-lost"],
  "service-lost": ["service-restored"],
  "service-restored": ["reader-attached", "service-lost"],
};

/** A program that does all it can at once, and goes on whatever happens to pcscd. */
class BusySession {
  readonly strangers: unknown[] = [];
  readonly events: SmartCardEvent["type"][] = [];
  transmits = 0;
  failures = 0;
  readonly #context: PcscliteContext;
  readonly #readerName: string;
  readonly #ended = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(context: PcscliteContext, readerName: string) {
    this.#context = context;
    this.#readerName = readerName;
    this.#running = Promise.all([
      this.#watch(),
      this.#again(() => this.#transmitting()),
      this.#again(() => this.#transmitting()),
      this.#again(() => this.#transacting()),
      this.#again(() => this.#waiting()),
      this.#again(() => this.#listing()),
    ]);
  }

  hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  async end(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  /** Does something until the end; failures must be those of a service that is away. */
  async #again(work: () => Promise<void>): Promise<void> {
    while (!this.hasEnded()) {
      try {
        await work();
      } catch (error) {
        if (this.hasEnded()) return;
        this.failures++;
        // a reader that the new daemon has not yet started, and one whose card it does not yet know
        const known =
          ["no-service", "unknown-reader", "no-smartcard", "reader-unavailable"].some(
            (code) => isSmartCardError(error) && error.responseCode === code,
          ) ||
          // another's transaction that died with the daemon resets the card
          isSmartCardError(error, "reset-card") ||
          (isSmartCardOtherError(error) && error.symbol === "SCARD_E_TIMEOUT");
        if (!known) this.strangers.push(error);
        await pause(5);
      }
    }
  }

  async #watch(): Promise<void> {
    let last = "start";
    for await (const event of this.#context.watch({ signal: this.#ended.signal })) {
      if (FOLLOWS[last]?.includes(event.type) !== true) this.strangers.push(new Error(`${event.type} after ${last}`));
      last = event.type;
      this.events.push(event.type);
    }
  }

  async #transmitting(): Promise<void> {
    const { connection } = await this.#context.connect(this.#readerName, "shared");
    while (!this.hasEnded()) {
      expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
      expect(await connection.transmit(sizedCommand(1000))).toEqual(sizedAnswer(1000));
      this.transmits += 2;
    }
    await connection.disconnect();
  }

  async #transacting(): Promise<void> {
    const { connection } = await this.#context.connect(this.#readerName, "shared");
    await connection.startTransaction(async () => {
      await connection.transmit(GET_UID);
      await connection.status();
    });
    await connection.disconnect();
    await pause(20);
  }

  async #waiting(): Promise<void> {
    await this.#context.getStatusChange(
      [{ readerName: this.#readerName, currentState: { present: true, inuse: true } }],
      { timeout: 15 },
    );
  }

  async #listing(): Promise<void> {
    await this.#context.listReaders();
    await pause(3);
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 10_000) throw new Error(`${what} did not happen within 10 s`);
    await pause(5);
  }
}

describe.each(allDaemons().map((daemon) => [daemon.name, daemon] as const))("%s", (_, daemon) => {
  const points = daemon.path === systemDaemon().path ? 200 : 40;

  test(`killed at ${points} points of a busy session`, { timeout: 300_000 }, async () => {
    const pcscd = new Pcscd({ daemon });
    const { readerName, reader } = pcscd.addReader();
    reader.insert(functionCard());
    await pcscd.start();
    const context = createPcscliteContext({ socketPath: pcscd.socketPath });
    const session = new BusySession(context, readerName);
    let files = 0;
    let heap = 0;
    const measure = (): void => {
      collectGarbage();
      const used = process.memoryUsage().heapUsed;
      if (files === 0) files = openFiles();
      if (heap === 0) heap = used;
      // sessions are under way at both times: their number of open connections differs by what they are just doing
      expect(openFiles()).toBeLessThanOrEqual(files + 6);
      expect(used - heap).toBeLessThan(8_000_000);
    };
    for (let point = 0; point < points; point++) {
      const { transmits, events } = session;
      const insertions = (): number => session.events.filter((event) => event === "card-inserted").length;
      await until(() => session.transmits > transmits && insertions() === point + 1, `life ${point}`);
      expect(events.at(-1)).toBe("card-inserted");
      if (point % 20 === 10) measure();
      await pause((point * 7.3) % 31);
      await pcscd.kill();
      await until(() => session.events.at(-1) === "service-lost", `the end of life ${point}`);
      await pcscd.start();
    }
    await until(() => session.events.at(-1) === "card-inserted", "the last life");
    await session.end();
    expect(session.strangers).toEqual([]);
    // attached, inserted, removed, detached, lost, restored: each once a life
    expect(session.events).toHaveLength(points * 6 + 2);
    expect(session.failures).toBeGreaterThan(points);
    await context.close();
    await pcscd.dispose();
  });
});
