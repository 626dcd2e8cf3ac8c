import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import {
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardAccessMode,
  type SmartCardDisposition,
  type SmartCardProtocol,
  type SmartCardReaderStateFlagsOut,
} from "@cardwire/core";
import { SCARD_STATE } from "@cardwire/ioctl";
import { createPcscliteContext, type PcscliteConnection, type PcscliteContext } from "@cardwire/transport-pcsclite";

/** A call of PC/SC by name, with the numbers of pcsclite.h. */
export type PcscCall = readonly [name: string, ...parameters: unknown[]];
/** The code that it gave, and what else came of it. */
export type PcscResult = readonly [code: number, ...results: unknown[]];

/** Whoever makes calls of PC/SC. */
export interface PcscClient {
  call(call: PcscCall): Promise<PcscResult>;
  close(): Promise<void>;
}

/** pcsc-lite's own library, called from Python. */
export class PyscardClient implements PcscClient {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: ((line: string) => void)[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    const program = new URL("./pyscard-client.py", import.meta.url).pathname;
    // the distribution's Python is the one that has pyscard
    const child = spawn("/usr/bin/python3", [program], { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    this.#lines = createInterface(child.stdout);
    this.#lines.on("line", (line) => this.#answers.shift()?.(line));
  }

  async call(call: PcscCall): Promise<PcscResult> {
    this.#child.stdin?.write(`${JSON.stringify(call)}\n`);
    const line = await new Promise<string>((resolve) => this.#answers.push(resolve));
    return JSON.parse(line) as PcscResult;
  }

  close(): Promise<void> {
    this.#child.stdin?.end();
    return new Promise((resolve) => this.#child.on("close", () => resolve()));
  }
}

const SHARE: Record<number, SmartCardAccessMode> = { 1: "exclusive", 2: "shared", 3: "direct" };
const DISPOSITION: readonly SmartCardDisposition[] = ["leave", "reset", "unpower", "eject"];
const PROTOCOLS: readonly [number, SmartCardProtocol][] = [
  [1, "t0"],
  [2, "t1"],
  [4, "raw"],
];
const STATE_BITS: Record<string, number> = {
  absent: 0x02,
  present: 0x04,
  swallowed: 0x0c,
  powered: 0x14,
  negotiable: 0x34,
};

const bytes = (value: unknown): Uint8Array => Uint8Array.from(value as number[]);
const protocols = (bits: number): SmartCardProtocol[] =>
  PROTOCOLS.flatMap(([bit, name]) => ((bits & bit) === 0 ? [] : [name]));
const protocolBit = (name: SmartCardProtocol | undefined): number =>
  PROTOCOLS.find(([, candidate]) => candidate === name)?.[0] ?? 0;

function flagsOf(state: SmartCardReaderStateFlagsOut): number {
  const names = Object.entries(state).flatMap(([name, set]) => (set === true ? [name.toUpperCase()] : []));
  return names.reduce((flags, name) => flags | SCARD_STATE[name as keyof typeof SCARD_STATE], 0);
}

/** Our transport, answering the same calls. */
export class OurClient implements PcscClient {
  readonly #context: PcscliteContext;
  readonly #cards = new Map<unknown, PcscliteConnection>();
  readonly #transactions = new Map<unknown, (disposition: SmartCardDisposition) => Promise<void>>();

  constructor(socketPath: string) {
    this.#context = createPcscliteContext({ socketPath, waitForOthers: false });
  }

  async call([name, ...parameters]: PcscCall): Promise<PcscResult> {
    try {
      return [0, ...(await this.#call(name, parameters))];
    } catch (error) {
      if (!isSmartCardError(error) && !isSmartCardOtherError(error)) throw error;
      // what a failed call gives beside its code
      const nothing = ["connect", "reconnect"].includes(name)
        ? [0]
        : ["transmit", "control", "get_attribute", "status_change", "list_readers"].includes(name)
          ? [[]]
          : [];
      return [error.rawCode, ...nothing];
    }
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  async #call(name: string, [first, ...rest]: unknown[]): Promise<unknown[]> {
    if (name === "list_readers") return [await this.#context.listReaders()];
    if (name === "status_change") return [await this.#statusChange(first as number, rest[0] as [string, number][])];
    if (name === "connect") {
      const [readerName, share, bits] = rest as [string, number, number];
      const { connection, activeProtocol } = await this.#context.connect(readerName, SHARE[share] ?? "shared", {
        preferredProtocols: protocols(bits),
      });
      this.#cards.set(first, connection);
      return [protocolBit(activeProtocol)];
    }
    const card = this.#cards.get(first);
    if (card === undefined) throw new Error("no such card");
    switch (name) {
      case "reconnect": {
        const [share, bits, initialization] = rest as [number, number, 0 | 1 | 2];
        const protocol = await card.reconnect(SHARE[share] ?? "shared", {
          preferredProtocols: protocols(bits),
          initialization: (["leave", "reset", "unpower"] as const)[initialization],
        });
        return [protocolBit(protocol)];
      }
      case "disconnect":
        await card.disconnect(DISPOSITION[rest[0] as number]);
        return [];
      case "transmit":
        return [Array.from(await card.transmit(bytes(rest[0])))];
      case "control":
        return [Array.from(await card.control(rest[0] as number, bytes(rest[1])))];
      case "get_attribute":
        return [Array.from(await card.getAttribute(rest[0] as number))];
      case "set_attribute":
        await card.setAttribute(rest[0] as number, bytes(rest[1]));
        return [];
      case "status": {
        const { readerName, state, answerToReset } = await card.status();
        const protocol = protocolBit(state as SmartCardProtocol);
        // a chosen protocol is a state here, and stands beside it there
        const bits = protocol === 0 ? STATE_BITS[state] : STATE_BITS["negotiable"];
        return [readerName, bits, protocol, Array.from(answerToReset ?? [])];
      }
      case "begin":
        await this.#begin(first, card);
        return [];
      case "end":
        await this.#transactions.get(first)?.(DISPOSITION[rest[0] as number] ?? "leave");
        this.#transactions.delete(first);
        return [];
      default:
        throw new Error(`no call ${name}`);
    }
  }

  #begin(card: unknown, connection: PcscliteConnection): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = connection.startTransaction(
        () =>
          new Promise((end) => {
            this.#transactions.set(card, async (disposition) => {
              end(disposition);
              await ended;
            });
            resolve();
          }),
      );
      ended.catch(reject);
    });
  }

  async #statusChange(timeout: number, states: [string, number][]): Promise<unknown[]> {
    const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;
    const after = await this.#context.getStatusChange(
      states.map(([readerName, state]) => ({
        readerName,
        currentState: {
          ignore: has(state, SCARD_STATE.IGNORE),
          unavailable: has(state, SCARD_STATE.UNAVAILABLE),
          empty: has(state, SCARD_STATE.EMPTY),
          present: has(state, SCARD_STATE.PRESENT),
          exclusive: has(state, SCARD_STATE.EXCLUSIVE),
          inuse: has(state, SCARD_STATE.INUSE),
          mute: has(state, SCARD_STATE.MUTE),
        },
        // a count of 0 is none there
        ...(state >>> 16 === 0 ? {} : { currentCount: state >>> 16 }),
      })),
      { timeout },
    );
    return after.map(({ readerName, eventState, eventCount, answerToReset }) => [
      readerName,
      (flagsOf(eventState) | (eventCount << 16)) >>> 0,
      Array.from(answerToReset ?? []),
    ]);
  }
}
