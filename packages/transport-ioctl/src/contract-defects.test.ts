import {
  invalidStateError,
  SmartCardError,
  type SmartCardConnection,
  type SmartCardContext,
  type SmartCardEvent,
} from "@cardwire/core";
import { registerContract } from "@cardwire/core/testing";
import { expect, it } from "vitest";
import { createFakeHarness } from "../test/fake-machine-harness.ts";

type Defect<Kind> = (sound: Kind) => Partial<Kind>;

/** The same object, but for what the defect does otherwise. */
function spoil<Kind extends object>(sound: Kind, defect: Defect<Kind>): Kind {
  const spoilt = defect(sound);
  return new Proxy(sound, {
    get(target, key) {
      const value: unknown = Reflect.get(key in spoilt ? spoilt : target, key);
      return typeof value === "function" ? (value.bind(key in spoilt ? spoilt : target) as unknown) : value;
    },
  });
}

const inContext = (defect: Defect<SmartCardContext>) => (context: SmartCardContext) => spoil(context, defect);

const inConnections =
  (defect: Defect<SmartCardConnection>) =>
  (context: SmartCardContext): SmartCardContext =>
    spoil(context, (sound) => ({
      async connect(...args: Parameters<SmartCardContext["connect"]>) {
        const result = await sound.connect(...args);
        return { ...result, connection: spoil(result.connection, defect) };
      },
    }));

async function* doubled(events: AsyncIterable<SmartCardEvent>): AsyncGenerator<SmartCardEvent> {
  for await (const event of events) {
    yield event;
    if (event.type === "card-removed") yield event;
  }
}

const never = new Promise<never>(() => undefined);

// a suite that catches nothing proves nothing: each of these breaks one rule, and one case must see it
it.each<[string, string, (context: SmartCardContext) => SmartCardContext]>([
  [
    "gives everybody the same list",
    "listReaders gives each caller a list of its own",
    inContext((sound) => {
      const list = sound.listReaders();
      return { listReaders: () => list };
    }),
  ],
  [
    "does not wait for a card",
    "getStatusChange waits for a card to come and to go",
    inContext((sound) => ({
      getStatusChange: (states) =>
        sound.getStatusChange(states.map((state) => ({ ...state, currentState: { unaware: true } }))),
    })),
  ],
  [
    "loses the count",
    "eventCount counts insertions and removals",
    inContext((sound) => ({
      getStatusChange: async (states, options) =>
        (await sound.getStatusChange(states, options)).map((state) => ({ ...state, eventCount: 0 })),
    })),
  ],
  [
    "ends with an error of its own when aborted",
    "getStatusChange ends with the reason of its signal",
    inContext((sound) => ({
      getStatusChange: (states, options) =>
        sound.getStatusChange(states, options).catch(() => {
          throw new Error("aborted");
        }),
    })),
  ],
  [
    "ignores signals",
    "getStatusChange ends with the reason of its signal",
    inContext((sound) => ({
      getStatusChange: (states, options) =>
        sound.getStatusChange(states, options?.timeout === undefined ? {} : { timeout: options.timeout }),
    })),
  ],
  [
    "does not name the reader",
    "connect rejects an unknown reader, and the error says which and what",
    inContext(() => ({
      connect: () =>
        Promise.reject(
          new SmartCardError("unknown-reader", "?", { rawCode: 0x80100009, symbol: "SCARD_E_UNKNOWN_READER" }),
        ),
    })),
  ],
  [
    "shares what is exclusive",
    "an exclusive connection keeps others out until it is disconnected",
    inContext((sound) => ({ connect: (name, _mode, options) => sound.connect(name, "shared", options) })),
  ],
  [
    "tells removals twice",
    "watch tells cards that come and go, with their counts",
    inContext((sound) => ({ watch: (options) => doubled(sound.watch(options)) })),
  ],
  [
    "keeps waiting when it is closed",
    "close ends what waits, and every later call",
    inContext((sound) => ({
      getStatusChange: (states, options) => sound.getStatusChange(states, options).catch(() => never),
    })),
  ],
  [
    "takes the bytes too late",
    "transmit takes the bytes when it is called",
    inConnections((sound) => ({
      transmit: async (command, options) => {
        await Promise.resolve();
        return sound.transmit(command, options);
      },
    })),
  ],
  [
    "answers with a subclass",
    "transmit gives bytes that are the caller's own",
    inConnections((sound) => ({
      transmit: async (command, options) => Buffer.from(await sound.transmit(command, options)),
    })),
  ],
  [
    "crosses answers",
    "transmits that overlap are answered in order, each with its own response",
    inConnections((sound) => {
      let last: Promise<Uint8Array> | undefined;
      return {
        transmit: (command, options) => {
          const answer = sound.transmit(command, options);
          answer.catch(() => undefined);
          const swapped = last ?? answer;
          last = answer;
          return swapped;
        },
      };
    }),
  ],
  [
    "cuts long responses",
    "transmit gives the longest responses whole",
    inConnections((sound) => ({
      transmit: async (command, options) => (await sound.transmit(command, options)).slice(0, 258),
    })),
  ],
  [
    "forgets a transaction whose callback rejects",
    "a callback's rejection is the transaction's",
    inConnections((sound) => ({
      startTransaction: (callback, options) => sound.startTransaction(() => callback().catch(() => undefined), options),
    })),
  ],
  [
    "holds nothing during a transaction",
    "a transaction keeps the commands of others waiting",
    inConnections(() => ({
      startTransaction: async (callback) => {
        await callback();
      },
    })),
  ],
  [
    "begins transactions within transactions",
    "a second transaction of a connection is an InvalidStateError",
    inConnections((sound) => {
      let active = false;
      return {
        startTransaction: async (callback, options) => {
          if (active) {
            await callback();
            return;
          }
          active = true;
          await sound.startTransaction(callback, options);
        },
      };
    }),
  ],
  [
    "fails to disconnect without a card",
    "disconnect resolves when the card has gone before",
    inConnections((sound) => ({
      disconnect: async (disposition) => {
        await sound.status();
        await sound.disconnect(disposition);
      },
    })),
  ],
  [
    "disconnects before it has answered",
    "commands that were sent before disconnect are answered before it",
    inConnections((sound) => {
      let gone = false;
      return {
        transmit: async (command, options) => {
          const answer = await sound.transmit(command, options);
          if (gone) throw invalidStateError("disconnected");
          return answer;
        },
        disconnect: (disposition) => {
          gone = true;
          return sound.disconnect(disposition);
        },
      };
    }),
  ],
])("a transport that %s is caught", async (_defect, caseName, spoilt) => {
  const cases = new Map<string, () => Promise<void>>();
  const createHarness = async (): ReturnType<typeof createFakeHarness> => {
    const harness = await createFakeHarness();
    return { ...harness, createContext: async () => spoilt(await harness.createContext()) };
  };
  registerContract((name, run) => cases.set(name, run), createHarness, { limitMs: 200 });
  await expect(cases.get(caseName)!()).rejects.toThrow();
});
