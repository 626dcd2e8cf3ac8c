import { isCardwireError } from "@cardwire/core";
import { createPcscliteContext } from "../src/index.ts";
import { fakeCard, GET_UID } from "./fake-card.ts";
import { DAEMON_KINDS, FakePcscd } from "./fake-pcscd.ts";

/** What came of sessions with daemons that lie. */
export interface HostileOutcome {
  /** Answers that were sent, and how many of them were not as they should be. */
  answers: number;
  mutated: number;
  /** Calls that gave a value, and calls that failed. */
  values: number;
  failures: number;
  /** Failures that are not errors of ours. */
  readonly strangers: unknown[];
}

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the ways in which an answer can be wrong; undefined for none at all. */
function mutate(answer: Buffer, next: () => number): Buffer | undefined {
  const at = Math.floor(next() * answer.length);
  switch (Math.floor(next() * 9)) {
    case 0:
      return undefined;
    case 1:
      return answer.subarray(0, at);
    case 2:
      return Buffer.concat([answer, Buffer.alloc(1 + Math.floor(next() * 300), Math.floor(next() * 256))]);
    case 3:
      answer[at] = Math.floor(next() * 256);
      return answer;
    case 4:
      if (answer.length >= 4) answer.writeUInt32LE(Math.floor(next() * 2 ** 32), (at & ~3) % (answer.length - 3));
      return answer;
    case 5:
      return Buffer.concat([answer, answer]);
    case 6:
      return answer.fill(0xff);
    case 7:
      return Buffer.concat([answer.subarray(0, at), answer.subarray(at + 1)]);
    default:
      for (let index = 0; index < answer.length; index++) answer[index] = Math.floor(next() * 256);
      return answer;
  }
}

/** Sessions with fake daemons of every kind whose answers are wrong now and then, until so many have been sent. */
export async function hostileSessions(options: {
  readonly answers: number;
  readonly seed: number;
  /** How long a call may take before it is given up by its signal, in milliseconds. */
  readonly patienceMs?: number;
}): Promise<HostileOutcome> {
  const next = random(options.seed);
  const outcome: HostileOutcome = { answers: 0, mutated: 0, values: 0, failures: 0, strangers: [] };
  const givenUp = new Error("given up");
  const call = async (promise: Promise<unknown>): Promise<void> => {
    try {
      await promise;
      outcome.values++;
    } catch (error) {
      outcome.failures++;
      if (error !== givenUp && !isCardwireError(error)) outcome.strangers.push(error);
    }
  };
  for (let round = 0; outcome.answers < options.answers; round++) {
    const kind = DAEMON_KINDS[round % DAEMON_KINDS.length];
    if (kind === undefined) break;
    const daemon = new FakePcscd(kind);
    const reader = daemon.addReader("Reader");
    reader.attributes.set(1, Uint8Array.of(1));
    daemon.insert(reader, fakeCard);
    await daemon.start();
    daemon.onAnswer = (answer) => {
      outcome.answers++;
      if (next() > 0.15) return answer;
      outcome.mutated++;
      return mutate(Buffer.from(answer), next);
    };
    for (let session = 0; session < 40; session++) {
      daemon.pieceLength = next() < 0.3 ? 1 + Math.floor(next() * 40) : Infinity;
      const context = createPcscliteContext({ socketPath: daemon.socketPath });
      const aborter = new AbortController();
      const { signal } = aborter;
      const patience = setTimeout(() => {
        aborter.abort(givenUp);
      }, options.patienceMs ?? 15);
      const calls = [
        call(context.listReaders()),
        call(context.getStatusChange([{ readerName: "Reader", currentState: {} }], { signal })),
        call(context.getStatusChange([{ readerName: "Reader", currentState: { empty: true } }], { timeout: 5 })),
        call(
          (async () => {
            const { connection } = await context.connect("Reader", "shared", { signal });
            await Promise.all([
              call(connection.transmit(GET_UID, { signal })),
              call(connection.transmit(GET_UID, { signal })),
              call(connection.getAttribute(1, { signal })),
              call(connection.status()),
              call(connection.startTransaction(() => Promise.resolve(), { signal })),
            ]);
          })(),
        ),
      ];
      if (session % 3 === 0) daemon.signal();
      // what has no signal of its own ends with its context
      const closing = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          resolve(context.close());
        });
      });
      await Promise.race([Promise.all(calls), closing]);
      clearTimeout(patience);
      await context.close();
      await Promise.all(calls);
    }
    await daemon.dispose();
  }
  return outcome;
}
