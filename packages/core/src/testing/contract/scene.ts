import {
  type SmartCardAccessMode,
  type SmartCardConnection,
  type SmartCardContext,
  type SmartCardEvent,
  type SmartCardReaderStateFlagsOut,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
} from "../../smart-card.ts";
import { check, ContractViolation, pause, same } from "./check.ts";
import type { ContractCard, ContractExchange, ContractHarness } from "./harness.ts";

type HarnessAction = "removeCard" | "swapCard" | "insertMuteCard" | "detachReader" | "stopService" | "startService";

/** A harness with what every case does: contexts that are closed in the end, cards that are waited for. */
export class Scene {
  readonly harness: ContractHarness;
  readonly readerName: string;
  readonly card: ContractCard;
  readonly #contexts: SmartCardContext[] = [];
  #first: SmartCardContext | undefined;

  constructor(harness: ContractHarness) {
    this.harness = harness;
    this.readerName = harness.readerName;
    this.card = harness.card;
  }

  /** Another context. */
  async createContext(): Promise<SmartCardContext> {
    const context = await this.harness.createContext();
    this.#contexts.push(context);
    return context;
  }

  /** The context of a case that needs one only. */
  async context(): Promise<SmartCardContext> {
    this.#first ??= await this.createContext();
    return this.#first;
  }

  /** Another context where there can be one, else the same: for what two connections do to each other. */
  async createContextOrSame(): Promise<SmartCardContext> {
    return this.harness.singleContext === true ? this.context() : this.createContext();
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close();
  }

  /** Calls an action of the harness that a declared ability needs. */
  async act(action: HarnessAction): Promise<void> {
    if (this.harness[action] === undefined) throw new ContractViolation(`the harness has no ${action}`);
    await this.harness[action]();
  }

  async attachReader(): Promise<string> {
    const { harness } = this;
    if (harness.attachReader === undefined) throw new ContractViolation("the harness has no attachReader");
    return harness.attachReader();
  }

  /** Waits until the list of readers has a name, or has it no more. */
  async listed(readerName: string, wanted: boolean): Promise<void> {
    const context = await this.context();
    while ((await context.listReaders()).includes(readerName) !== wanted) await pause(5);
  }

  /** Lays the card down, where it is not always there. */
  async layCard(): Promise<void> {
    await this.harness.insertCard?.();
  }

  /** Lays the card down and waits until a context sees it. */
  async insertCard(): Promise<SmartCardReaderStateOut> {
    await this.layCard();
    return this.stateWhere(({ present, unavailable }) => present && !unavailable, "the card to be seen");
  }

  async removeCard(): Promise<SmartCardReaderStateOut> {
    await this.act("removeCard");
    return this.stateWhere(({ empty }) => empty, "the card's removal to be seen");
  }

  /** The reader's state now. */
  async state(context?: SmartCardContext): Promise<SmartCardReaderStateOut> {
    const [state] = await (context ?? (await this.context())).getStatusChange([
      { readerName: this.readerName, currentState: { unaware: true } },
    ]);
    check(state !== undefined, "getStatusChange reported no reader");
    return state;
  }

  /** The reader's state as soon as it is as wanted. */
  async stateWhere(
    wanted: (flags: SmartCardReaderStateFlagsOut) => boolean,
    what: string,
  ): Promise<SmartCardReaderStateOut> {
    const context = await this.context();
    let state = await this.state();
    while (!wanted(state.eventState)) {
      const [next] = await context.getStatusChange([known(state)]);
      check(next !== undefined, `waiting for ${what}: getStatusChange reported no reader`);
      state = next;
    }
    return state;
  }

  /** A connection to the card, which is laid down before if need be. */
  async connect(accessMode: SmartCardAccessMode = "shared", context?: SmartCardContext): Promise<SmartCardConnection> {
    const { connection } = await (context ?? (await this.context())).connect(this.readerName, accessMode, {
      preferredProtocols: ["t0", "t1"],
    });
    return connection;
  }

  exchange(index = 0): ContractExchange {
    const exchange = this.card.exchanges[index % this.card.exchanges.length];
    check(exchange !== undefined, "the harness's card has no exchanges");
    return exchange;
  }

  /** Sends a known command and looks at the response. */
  async transmit(connection: SmartCardConnection, index = 0): Promise<void> {
    const { command, response } = this.exchange(index);
    same(await connection.transmit(command), response, "the response");
  }
}

/** A state as the next call takes it. */
export function known({ readerName, eventState, eventCount }: SmartCardReaderStateOut): SmartCardReaderStateIn {
  const { unavailable, empty, present, exclusive, inuse, mute, unpowered } = eventState;
  return {
    readerName,
    currentState: { unavailable, empty, present, exclusive, inuse, mute, unpowered },
    currentCount: eventCount,
  };
}

/** What a watch has told so far about one reader, and the wait for more. */
export class Watcher {
  readonly #iterator: AsyncIterableIterator<SmartCardEvent>;

  constructor(iterator: AsyncIterableIterator<SmartCardEvent>) {
    this.#iterator = iterator;
  }

  /** The next event that is about this reader, or about none. */
  async next(readerName: string): Promise<SmartCardEvent> {
    for (;;) {
      const result = await this.#iterator.next();
      check(result.done !== true, "the watch ended");
      if (!("readerName" in result.value) || result.value.readerName === readerName) return result.value;
    }
  }

  /** The next event about this reader is of this type. */
  async expect<Type extends SmartCardEvent["type"]>(
    readerName: string,
    type: Type,
  ): Promise<Extract<SmartCardEvent, { type: Type }>> {
    const event = await this.next(readerName);
    if (!isOfType(event, type)) throw new ContractViolation(`the watch told "${event.type}" instead of "${type}"`);
    return event;
  }

  async end(): Promise<void> {
    await this.#iterator.return?.();
  }
}

function isOfType<Type extends SmartCardEvent["type"]>(
  event: SmartCardEvent,
  type: Type,
): event is Extract<SmartCardEvent, { type: Type }> {
  return event.type === type;
}
